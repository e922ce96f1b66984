import type { NodeClaim } from '@kaito/api'
import { expect, test } from 'vitest'
import { instanceName } from '../claim/instance-name.ts'
import { createWorld } from '../testing/world.ts'

const NAME = 'gpu-x7kq2'
const UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const INSTANCE = instanceName({ name: NAME, uid: UID })
const SECOND = 1_000
const CREATION = 70 * SECOND
const ownerReferences = [{ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name: 'gpu', uid: 'pool' }]

type World = ReturnType<typeof createWorld>

/** A claim as Karpenter makes it for a NodePool, and its instance. */
async function launched(metadata: Partial<NodeClaim['metadata']> = {}) {
  const world = createWorld()
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences, ...metadata } })
  await world.advance(CREATION)
  return world
}

async function served() {
  const world = await launched()
  world.join({ labels: { 'kaito.sh/claim-uid': UID, 'fake-cloud/instance': INSTANCE } })
  await world.advance(5 * SECOND)
  return world
}

const names = (world: World) => world.cloud.instances().map(({ name }) => name)
const condition = (world: World, type: string) =>
  world.nodeClaim(NAME)?.status?.conditions?.find((one) => one.type === type)
const edit = (world: World, change: (claim: NodeClaim) => void) =>
  world.cluster.edit<NodeClaim>(world.nodeClaims, NAME, change)

test('N49: a claim that Karpenter named is served by an instance of another name, and says which', async () => {
  const world = await served()
  expect(names(world)).toEqual([INSTANCE])
  expect(condition(world, 'Ready')).toMatchObject({ status: 'True' })
  expect(world.nodeClaim(NAME)?.metadata.annotations).toMatchObject({ 'kaito.sh/instance-name': INSTANCE })
  expect(world.nodes()[0]?.metadata.annotations ?? {}).toEqual({})
})

test('the name is written with the finalizer, so it costs no write', async () => {
  const world = createWorld()
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences } })
  await world.settle()
  await world.advance(CREATION)
  world.join({ labels: { 'kaito.sh/claim-uid': UID, 'fake-cloud/instance': INSTANCE } })
  await world.advance(5 * SECOND)
  expect(world.writes()).toEqual([
    'patch nodeclaims',
    'patch nodeclaims/status',
    'patch nodeclaims/status',
    'patch nodes',
    'patch nodeclaims',
    'patch nodeclaims/status',
  ])
})

test('a restart finds the instance again', async () => {
  const world = await launched()
  expect(condition(world, 'Launched')?.message).toBe(`launch 1 of 3 accepted by the cloud as the instance ${INSTANCE}`)
  world.restart()
  await world.advance(CREATION)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(condition(world, 'Registered')).toMatchObject({ reason: 'NodeNotFound' })
})

test('its deletion ends the instance and leaves nothing', async () => {
  const world = await served()
  world.cluster.delete(world.nodeClaims, NAME)
  await world.advance(60 * SECOND)
  expect(names(world)).toEqual([])
  expect(world.nodeClaim(NAME)).toBeUndefined()
  expect(world.nodes()).toEqual([])
})

test('a deletion while the instance is made ends it, too', async () => {
  const world = createWorld()
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences } })
  await world.advance(5 * SECOND)
  world.cluster.delete(world.nodeClaims, NAME)
  await world.advance(120 * SECOND)
  expect(names(world)).toEqual([])
  expect(world.nodeClaim(NAME)).toBeUndefined()
})

test('one whose NodePool was deleted without it is served on, and launched again after a failure', async () => {
  const world = createWorld()
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences } })
  await world.advance(5 * SECOND)
  edit(world, (claim) => {
    claim.metadata.ownerReferences = []
  })
  world.cloud.change(INSTANCE, { state: 'Failed', failure: { reason: 'NoCapacity', message: 'none left' } })
  await world.advance(200 * SECOND)
  expect(world.cloud.launches().map(({ name, launch }) => [name, launch])).toEqual([
    [INSTANCE, 1],
    [INSTANCE, 2],
  ])
})

test.each([['another'], [undefined]])(
  'whoever changes the recorded name to %s gets no second instance',
  async (value) => {
    const world = await launched()
    edit(world, (claim) => {
      claim.metadata.ownerReferences = []
      claim.metadata.annotations = value === undefined ? {} : { 'kaito.sh/instance-name': value }
    })
    await world.advance(60 * SECOND)
    world.restart()
    await world.advance(60 * SECOND)
    expect(world.cloud.launches()).toHaveLength(1)
    world.cluster.delete(world.nodeClaims, NAME)
    await world.advance(120 * SECOND)
    expect(names(world)).toEqual([])
  },
)

test('a name that another claim has in the cloud is a conflict, and stays untouched', async () => {
  const world = createWorld()
  world.cloud.plant({ name: INSTANCE, claimUid: 'another' })
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences } })
  await world.settle()
  expect(condition(world, 'Launched')).toMatchObject({ reason: 'NameConflict' })
  expect(condition(world, 'Launched')?.message).toContain(INSTANCE)
  expect(world.cloud.instances()).toMatchObject([{ name: INSTANCE, claimUid: 'another' }])
})

test('two claims of one NodePool have two instances', async () => {
  const world = createWorld()
  world.makeNodeClaim({ metadata: { name: NAME, ownerReferences } })
  world.makeNodeClaim({ metadata: { name: 'gpu-9m2zp', uid: 'second', ownerReferences } })
  await world.advance(5 * SECOND)
  expect(names(world).toSorted()).toEqual([INSTANCE, instanceName({ name: 'gpu-9m2zp', uid: 'second' })].toSorted())
})
