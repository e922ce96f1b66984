import { expect, test } from 'vitest'
import { EVENTS, NODES } from '../core-resources.ts'
import { createFakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createEventRecorder } from './event-recorder.ts'

const facts = { type: 'Warning' as const, reason: 'NoCapacity', message: 'none left' }

function aRecorder() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const { client } = cluster
  let drawn = 0
  const random = () => (drawn++ % 100) / 100
  const recorder = createEventRecorder({ client, component: 'kit', clock, random, log: createMemoryLog() })
  const node = cluster.put(NODES, { metadata: { name: 'n' } })
  return { clock, cluster, recorder, node, events: () => cluster.list(EVENTS) }
}

test('an event names the object, and lives in its namespace or in default', async () => {
  const { clock, recorder, node, events } = aRecorder()
  recorder.record(node, facts)
  recorder.record({ ...node, metadata: { ...node.metadata, namespace: 'x' } }, facts)
  await clock.settle()
  expect(events()).toMatchObject([
    {
      metadata: { namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'Node', name: 'n', uid: node.metadata.uid },
      ...facts,
      count: 1,
      source: { component: 'kit' },
      firstTimestamp: '2030-01-01T00:00:00Z',
    },
    { metadata: { namespace: 'x' } },
  ])
})

test('repeats are counted, until they are long apart', async () => {
  const { clock, recorder, node, events } = aRecorder()
  for (let i = 0; i < 3; i += 1) recorder.record(node, facts)
  await clock.advance(599_000)
  recorder.record(node, facts)
  await clock.advance(600_000)
  recorder.record(node, facts)
  await clock.settle()
  expect(events().map(({ count, lastTimestamp }) => [count, lastTimestamp])).toEqual([
    [4, '2030-01-01T00:09:59Z'],
    [1, '2030-01-01T00:19:59Z'],
  ])
})

test('repeats in quick succession are written once a minute, and none is lost from the count', async () => {
  const { clock, cluster, recorder, node, events } = aRecorder()
  for (let i = 0; i <= 120; i += 1) {
    recorder.record(node, facts)
    await clock.advance(1_000)
  }
  expect(events()).toMatchObject([{ count: 121, lastTimestamp: '2030-01-01T00:02:00Z' }])
  expect(cluster.writes).toHaveLength(3)
})

test('failures are nobody’s trouble', async () => {
  const { clock, cluster, recorder, node, events } = aRecorder()
  cluster.failWrite({ when: 'before' })
  recorder.record(node, facts)
  recorder.record(node, { ...facts, reason: 'Other' })
  await clock.settle()
  expect(events().map(({ reason }) => reason)).toEqual(['Other'])
})

test('a flood is cut, and trickles on', async () => {
  const { clock, recorder, node, events } = aRecorder()
  for (let i = 0; i < 500; i += 1) recorder.record(node, { ...facts, message: `m${i}` })
  await clock.settle()
  expect(events()).toHaveLength(50)
  await clock.advance(1000)
  for (let i = 0; i < 500; i += 1) recorder.record(node, { ...facts, message: `n${i}` })
  await clock.settle()
  expect(events()).toHaveLength(55)
})

test('a message is one harmless line, cut to what the server takes', async () => {
  const { clock, recorder, node, events } = aRecorder()
  recorder.record(node, { ...facts, message: 'x'.repeat(5000) })
  recorder.record(node, { ...facts, message: 'a\u202eb\nc\u001b[2J' })
  await clock.settle()
  expect(events()[0]?.message).toHaveLength(1024)
  expect(events()[1]?.message).toBe('a b c [2J')
})
