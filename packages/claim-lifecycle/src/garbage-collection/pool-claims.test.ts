import { NODES } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { instanceName } from '../claim/instance-name.ts'
import { createCollectorWorld } from '../testing/collector-world.ts'

const MINUTE = 60_000
const NAME = 'gpu-x7kq2'
const INSTANCE = instanceName({ name: NAME, uid: `uid-of-${NAME}` })
const OLD = '2029-01-01T00:00:00Z'
const initialized = { type: 'Initialized', status: 'True' as const, lastTransitionTime: OLD }

/** A claim of a NodePool, whose instance has another name, and what the cloud has for it. */
function createPoolWorld(claimUid = `uid-of-${NAME}`, name = INSTANCE) {
  const world = createCollectorWorld()
  world.cloud.plant({ name, claimUid, claimCreatedAt: OLD })
  return world
}

const status = { providerID: `fake:///${NAME}`, conditions: [initialized] }

test('N49: an instance whose claim has another name is no orphan', async () => {
  const world = createPoolWorld()
  world.nodeClaim(NAME, { status: {} })
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.leaving()).toEqual([])
})

test('nor is one whose claim appears right before it would go', async () => {
  const world = createPoolWorld()
  await world.advance(14 * MINUTE)
  world.nodeClaim(NAME, { status: {} })
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
})

test('it is one when its claim is gone', async () => {
  const world = createPoolWorld()
  await world.advance(20 * MINUTE)
  expect(world.cloud.terminations()).toEqual([INSTANCE])
})

test('row 60: the instance that a restored claim notes is left alone, for the claim has a new UID and had it before', async () => {
  const world = createPoolWorld('before the restore', 'n0123456789')
  const annotations = { 'kaito.sh/instance-name': 'n0123456789' }
  world.nodeClaim(NAME, { status, metadata: { annotations } })
  world.cluster.put(NODES, {
    metadata: { name: 'node-1' },
    spec: { providerID: status.providerID },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  })
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.leaving()).toEqual([])
})

test('row 20: the claim ends when its instance was deleted by hand', async () => {
  const world = createPoolWorld()
  world.nodeClaim(NAME, { status: { providerID: status.providerID } })
  await world.advance(20 * MINUTE)
  world.cloud.vanish(INSTANCE)
  await world.advance(5 * MINUTE)
  expect(world.leaving()).toEqual([NAME])
  expect(world.events).toContainEqual({ about: `NodeClaim ${NAME}`, reason: 'InstanceGone' })
})

test.each(['Running', 'Failed'] as const)(
  'row 17: the claim ends when its %s instance has lost its node',
  async (state) => {
    const world = createPoolWorld()
    world.cloud.change(INSTANCE, { state, failure: undefined })
    world.nodeClaim(NAME, { status })
    await world.advance(30 * MINUTE)
    expect(world.leaving()).toEqual(state === 'Failed' ? [] : [NAME])
    await world.advance(70 * MINUTE)
    expect(world.leaving()).toEqual([NAME])
  },
)
