import { CLAIM_UID_LABEL } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { createReadyWorld, createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const MINUTE = 60_000
const NEXT_UID = '550e8400-e29b-41d4-a716-446655440000'

type World = ReturnType<typeof createWorld>

/** A new process whose first lists come from a server that is behind: what `change` does has not reached it. */
function startBehind(world: World, change: () => void): void {
  world.restart()
  world.pauseCaches()
  change()
}

test('row 27: a claim that is gone at the server is not launched from an old list', async () => {
  const world = createWorld()
  world.stop()
  world.claim({ metadata: { finalizers: ['karpenter.sh/termination'] } })
  startBehind(world, () => world.cluster.vanish(world.machines, NAME))
  await world.advance(5 * MINUTE)
  expect(world.cloud.calls().launch).toBe(0)
})

test('row 27: a claim that is deleted at the server is not launched from an old list, and is let go later', async () => {
  const world = createWorld()
  world.stop()
  world.claim({ metadata: { finalizers: ['karpenter.sh/termination'] } })
  startBehind(world, () => world.cluster.delete(world.machines, NAME))
  await world.advance(5 * MINUTE)
  expect(world.cloud.calls().launch).toBe(0)
  world.restart()
  await world.advance(5 * MINUTE)
  expect([world.machine(), ...world.cloud.instances()]).toEqual([undefined])
})

test('row 27: a deletion on an old list does not touch the claim of the same name that lives now', async () => {
  const world = await createReadyWorld()
  const [node] = world.nodes()
  world.stop()
  world.cluster.delete(world.machines, NAME)
  startBehind(world, () => {
    world.cluster.vanish(world.machines, NAME)
    world.cloud.change(NAME, { claimUid: NEXT_UID })
    world.cluster.edit(world.nodeResource, 'node-1', ({ metadata }) => {
      metadata.labels = { ...metadata.labels, [CLAIM_UID_LABEL]: NEXT_UID }
    })
    const status = { providerID: node?.spec?.providerID ?? '' }
    world.cluster.put(world.machines, aMachine({ metadata: { name: NAME, uid: NEXT_UID }, status }))
  })
  await world.advance(10 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.nodes().map(({ metadata }) => metadata.deletionTimestamp)).toEqual([undefined])
  expect(world.machine()?.metadata).toMatchObject({ uid: NEXT_UID })
})

test('row 27: an own write is not undone by an old list: one launch, whatever the caches show', async () => {
  const world = createWorld()
  world.claim()
  world.pauseCaches()
  await world.advance(10 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.cloud.calls().launch).toBe(1)
})
