import { TERMINATION_FINALIZER } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { PODS, type Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000

function aPod(name: string, spec: Pod['spec'] = { containers: [] }): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { ...spec, nodeName: 'node-1' },
    status: { phase: 'Running' },
  }
}

async function readyWorld(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options)
  world.claim()
  await world.advance(61_000)
  world.join()
  await world.advance(1_000)
  return world
}

test('releases a claim that never launched as soon as the cloud confirms it (M30, decided otherwise)', async () => {
  const world = createWorld()
  await world.advance(5_000)
  world.claim({ spec: {} })
  await world.advance(1_000)
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.settle()
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.calls()).toMatchObject({ get: 1, terminate: 0 })
})

test('row 2: ends an instance at once when its claim is deleted while it is being created', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(10_000)
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.settle()
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
  expect(world.machine()).toBeDefined()
  await world.advance(MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
})

test('sees from the answer that a Node is being deleted, before the watch tells', async () => {
  const world = await readyWorld()
  world.cluster.delete(world.machines, 'ws0123456ab')
  world.pauseCaches()
  await world.advance(MINUTE)
  expect(world.writes().filter((write) => write.startsWith('delete nodes'))).toHaveLength(1)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test('rows 2, 6: deletes by name although no answer to the launch ever came (M30 and N27, decided otherwise)', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'loseAnswer', on: 'launch', when: 'afterApplying' })
  world.claim()
  await world.settle()
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(2 * MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
})

test('row 21: keeps the claim while the readers of the cloud lag behind a young launch', async () => {
  const world = createWorld({ readLagMs: 5_000 })
  world.claim()
  await world.settle()
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(5 * MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
})

test('empties the node before its instance ends, and the Node object goes last (M29, M34)', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(5_000)
  expect(world.nodes()[0]).toMatchObject({
    spec: { unschedulable: true },
    metadata: { finalizers: [TERMINATION_FINALIZER] },
  })
  expect(world.cluster.get(PODS, 'default/web')?.metadata.deletionTimestamp).toBeDefined()
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.vanish(PODS, 'default/web')
  await world.advance(5_000)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
  expect(world.nodes()).toEqual([])
})

test('waits for a pod that may not be evicted, says which, and goes on when its time is over (M37)', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('precious'))
  world.cluster.protect('default/precious')
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(5 * MINUTE)
  expect(world.events).toContainEqual(expect.objectContaining({ reason: 'FailedDraining' }))
  expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'DrainBlocked' })
  expect(world.condition('Ready')?.message).toContain('default/precious')
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(60 * MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
})

test('does not wait long for the pods of a node that is silent', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, { ...aPod('stuck'), metadata: { name: 'stuck', namespace: 'default', finalizers: ['a/b'] } })
  world.cluster.protect('default/stuck')
  world.cluster.edit(world.nodeResource, 'node-1', (node) => {
    node.status = { ...node.status, conditions: [{ type: 'Ready', status: 'Unknown' }] }
  })
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(7 * MINUTE)
  expect(world.machine()).toBeUndefined()
})

test('lets the Node go at once when its instance is gone already (M38)', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  world.cluster.protect('default/web')
  world.cloud.vanish('ws0123456ab')
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(3 * MINUTE)
  expect(world.machine()).toBeUndefined()
})

test('row 26: keeps the claim and says why while the cloud refuses the deletion (M31)', async () => {
  const world = await readyWorld()
  world.cloud.inject({ do: 'refuse', on: 'terminate', times: 3, error: new CloudError('Unauthorized', 'no rights') })
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(2_000)
  expect(world.machine()).toBeDefined()
  expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'Unauthorized' })
  await world.advance(5 * MINUTE)
  expect(world.machine()).toBeUndefined()
})

test('never touches an instance of the same name that belongs to somebody else', async () => {
  const world = createWorld()
  world.cloud.plant({ name: 'ws0123456ab' })
  world.claim()
  await world.advance(MINUTE)
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'NameConflict' })
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toHaveLength(1)
})

test('leaves a Node alone that got the provider ID after the claim had ended', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(2_000)
  world.cluster.vanish(world.nodeResource, 'node-1')
  world.cloud.vanish('ws0123456ab')
  world.join({ name: 'node-2', labels: {}, creationTimestamp: world.nowIso() })
  await world.advance(2 * MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.nodes().map(({ metadata, spec }) => [metadata.name, spec?.unschedulable])).toEqual([
    ['node-2', undefined],
  ])
})

test('registers a Node again when an upgrade deletes it and brings another one', async () => {
  const world = await readyWorld()
  world.cloud.change('ws0123456ab', { state: 'Busy' })
  await world.advance(121_000)
  world.cluster.delete(world.nodeResource, 'node-1')
  await world.advance(1_000)
  expect(world.nodes()).toEqual([])
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.put(world.nodeResource, {
    metadata: {
      name: 'node-2',
      labels: { 'kaito.sh/claim-uid': world.machine()?.metadata.uid ?? '', 'fake-cloud/instance': 'ws0123456ab' },
    },
    spec: { providerID: 'fake:///node-2' },
    status: { allocatable: { 'nvidia.com/gpu': '1' }, conditions: [{ type: 'Ready', status: 'True' }] },
  })
  await world.advance(1_000)
  expect(world.machine()?.status).toMatchObject({ nodeName: 'node-2', providerID: 'fake:///node-2' })
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.nodes()[0]?.metadata.finalizers).toEqual([TERMINATION_FINALIZER])
})

test('keeps instance and claim when somebody deletes the Node of an idle instance', async () => {
  const world = await readyWorld()
  world.cluster.delete(world.nodeResource, 'node-1')
  await world.advance(MINUTE)
  expect(world.nodes()).toEqual([])
  expect(world.cloud.terminations()).toEqual([])
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.machine()?.metadata.deletionTimestamp).toBeUndefined()
})

test('leaves a ready claim alone when its instance fails later', async () => {
  const world = await readyWorld()
  world.cloud.change('ws0123456ab', { state: 'Failed', failure: { reason: 'Unknown', message: 'upgrade failed' } })
  await world.advance(2 * 60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
})
