import type { Reason } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { PODS } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000
const refusing = (reason: Reason, times: number, choice = false) => ({
  do: 'refuse' as const,
  on: 'launch' as const,
  times,
  error: new CloudError(reason, `no: ${reason}`, {
    ...(choice && { choice: { instanceType: 'Standard_NC24ads_A100_v4', zone: undefined, capacityType: 'on-demand' } }),
  }),
})

type World = ReturnType<typeof createWorld>

/** Lets time pass until the cloud was asked so often. */
async function untilAsked(world: World, times: number): Promise<void> {
  for (let waited = 0; world.cloud.calls().launch < times && waited < 2 * 24 * 60; waited += 1) {
    await world.advance(MINUTE)
  }
  expect(world.cloud.calls().launch).toBe(times)
}

test.each<[what: string, reason: Reason, ofChoice: boolean]>([
  ['of the whole cloud', 'Unauthorized', false],
  ['of the only choice', 'QuotaExceeded', true],
])('ten refusals %s in a row with one reason are one event, also across restarts', async (_what, reason, ofChoice) => {
  const world = createWorld()
  world.cloud.inject(refusing(reason, 1000, ofChoice))
  world.claim()
  await untilAsked(world, 5)
  world.restart()
  await untilAsked(world, 10)
  expect(world.events.filter((event) => event.reason === reason)).toHaveLength(1)
})

test('a refusal with another reason is another event', async () => {
  const world = createWorld()
  world.cloud.inject(refusing('QuotaExceeded', 3))
  world.cloud.inject(refusing('Unauthorized', 3))
  world.claim()
  await untilAsked(world, 6)
  expect(world.events.map(({ reason }) => reason)).toEqual(['QuotaExceeded', 'Unauthorized'])
})

test('throttling and a busy cluster pass by themselves and are no event at all', async () => {
  const world = createWorld()
  world.cloud.inject(refusing('Throttled', 5))
  world.cloud.inject(refusing('ClusterBusy', 5))
  world.claim()
  await untilAsked(world, 11)
  expect(world.events).toEqual([])
})

test('a pod that may not leave is told in the same words, and seldom', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(2 * MINUTE)
  world.join()
  await world.advance(MINUTE)
  world.cluster.put(PODS, {
    metadata: { name: 'busy', namespace: 'default' },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'example.com/busy:1' }] },
    status: { phase: 'Running' },
  })
  world.cluster.protect('default/busy')
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(30 * MINUTE)
  const told = world.events.filter(({ reason }) => reason === 'FailedDraining').map(({ message }) => message)
  expect(new Set(told).size).toBe(1)
  expect(told.length).toBeLessThanOrEqual(8)
})
