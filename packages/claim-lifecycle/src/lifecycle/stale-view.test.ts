import { CLAIM_UID_LABEL, FAILED_LAUNCHES_ANNOTATION, type Machine } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000
const NAME = 'ws0123456ab'
const failed = (last: number) => ({
  [FAILED_LAUNCHES_ANNOTATION]: JSON.stringify({
    last,
    forgiven: 0,
    reason: 'NoCapacity',
    message: 'sold out',
    generation: 1,
    retry: '',
  }),
})
const slowDown = (retryAfterMs: number) => new CloudError('Throttled', 'slow down', { retryAfterMs })

test('does not repeat a launch that another process has recorded as failed meanwhile', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: slowDown(30_000) })
  world.claim({ metadata: { annotations: failed(1) } })
  await world.advance(20_000)
  expect(world.cloud.calls().launch).toBe(1)
  world.pauseCaches()
  world.cluster.edit<Machine>(world.machines, NAME, ({ metadata }) => {
    metadata.annotations = failed(2)
  })
  await world.advance(5 * MINUTE)
  expect(world.cloud.launches()).toEqual([])
})

test('leaves the Node of a later launch alone while its own list still shows the failed one', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'terminate', times: 100, error: slowDown(10 * MINUTE) })
  world.cloud.inject({ do: 'failLaunch', afterMs: 5_000, reason: 'NoCapacity', message: 'sold out' })
  world.claim()
  await world.advance(20_000)
  expect(world.machine()?.metadata.annotations).toHaveProperty([FAILED_LAUNCHES_ANNOTATION])
  world.cloud.change(NAME, { launch: 2, state: 'Running', failure: undefined })
  world.join()
  await world.settle()
  const [node] = world.nodes()
  expect(node?.spec?.unschedulable).toBeUndefined()
  expect(node?.metadata.deletionTimestamp).toBeUndefined()
  await world.advance(5 * MINUTE)
  expect(world.condition('MachineInitialized')?.status).toBe('True')
})

test('does not end an instance whose Node the cache has not shown yet: its pods would end without a word', async () => {
  const world = createWorld()
  const claim = world.claim()
  await world.advance(5 * MINUTE)
  world.pauseNodes()
  world.join({ labels: { [CLAIM_UID_LABEL]: claim.metadata.uid ?? '' } })
  world.cluster.delete(world.machines, NAME)
  await world.advance(MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  world.resumeNodes()
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toEqual([NAME])
  expect(world.machine()).toBeUndefined()
})
