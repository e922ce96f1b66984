import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const MINUTE = 60_000
const CREATION = 70_000

test('two kinds of claim of one name: the second says so, and leaves the instance of the first alone', async () => {
  const world = createWorld()
  world.claim()
  await world.settle()
  world.makeNodeClaim({ metadata: { uid: 'another' } })
  await world.advance(CREATION)
  expect(world.nodeClaimCondition('Launched')).toMatchObject({ status: 'Unknown', reason: 'NameConflict' })
  world.cluster.delete(world.nodeClaims, NAME)
  await world.advance(5 * MINUTE)
  expect(world.nodeClaim()).toBeUndefined()
  expect(world.cloud.instances()).toMatchObject([{ claimUid: world.machine()?.metadata.uid, state: 'Running' }])
})

test('a limit counts the claims of both kinds', async () => {
  const world = createWorld({ settings: { maxNodes: 1 } })
  world.claim()
  await world.settle()
  world.makeNodeClaim({ metadata: { name: 'other', uid: 'another' } })
  await world.settle()
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.nodeClaim('other')?.status?.conditions?.find(({ type }) => type === 'Launched')).toMatchObject({
    reason: 'LimitReached',
  })
})
