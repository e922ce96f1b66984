import { ApiError, PODS, type Pod } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const SECOND = 1_000
const MINUTE = 60_000
const FIRST_UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const NEXT_UID = '550e8400-e29b-41d4-a716-446655440000'

type World = ReturnType<typeof createWorld>

const KINDS = {
  Machine: {
    make: (world: World, uid = FIRST_UID) => world.claim({ metadata: { uid } }),
    drop: (world: World) => world.cluster.delete(world.machines, NAME),
    stored: (world: World) => world.machine(),
  },
  NodeClaim: {
    make: (world: World, uid = FIRST_UID) => world.makeNodeClaim({ metadata: { uid } }),
    drop: (world: World) => world.cluster.delete(world.nodeClaims, NAME),
    stored: (world: World) => world.nodeClaim(),
  },
}

function aPod(name: string): Pod {
  return {
    metadata: { name, namespace: 'default' },
    spec: { containers: [], nodeName: 'node-1' },
    status: { phase: 'Running' },
  }
}

function joinNode(world: World): void {
  const uid = (world.machine() ?? world.nodeClaim())?.metadata.uid ?? ''
  world.join({ labels: { 'kaito.sh/claim-uid': uid, 'fake-cloud/instance': NAME } })
}

const readyIs = (world: World, status: 'True' | 'Unknown') =>
  world.cluster.edit(world.nodeResource, 'node-1', (node) => {
    node.status = { ...node.status, conditions: [{ type: 'Ready', status, lastTransitionTime: world.nowIso() }] }
  })

describe.each(Object.entries(KINDS))('a %s', (_kind, { make, drop, stored }) => {
  async function readyWorld(): Promise<World> {
    const world = createWorld()
    make(world)
    await world.advance(61 * SECOND)
    joinNode(world)
    await world.advance(5 * SECOND)
    return world
  }

  const leftovers = (world: World) => [stored(world), ...world.nodes(), ...world.cloud.instances()]
  const said = (world: World) => JSON.stringify(stored(world)?.status?.conditions)

  test('that is deleted at any moment of its launch leaves nothing behind (row 2)', async () => {
    for (const afterMs of [0, 1, 500, 5_000, 59_000, 60_000, 61_000, 70_000]) {
      const world = createWorld()
      make(world)
      await world.advance(afterMs)
      if (afterMs > 61_000) joinNode(world)
      drop(world)
      await world.advance(3 * MINUTE)
      expect({ afterMs, left: leftovers(world) }).toEqual({ afterMs, left: [undefined] })
      expect(world.cloud.launches().length).toBeLessThanOrEqual(1)
      world.stop()
    }
  })

  test('that is made again under its old name gets an instance of its own', async () => {
    const world = await readyWorld()
    drop(world)
    for (let step = 0; step < 600 && stored(world) !== undefined; step += 1) await world.advance(500)
    make(world, NEXT_UID)
    await world.advance(2 * MINUTE)
    expect(world.cloud.launches().map(({ claimUid }) => claimUid)).toEqual([FIRST_UID, NEXT_UID])
    expect(world.cloud.instances()).toMatchObject([{ claimUid: NEXT_UID, state: 'Running' }])
  })

  test('whose instance takes too long to delete says so and has it asked for again, rarely (rows 23, 24)', async () => {
    const world = await readyWorld()
    world.cloud.inject({ do: 'neverFinish', on: 'terminate', times: 4 })
    drop(world)
    await world.advance(15 * MINUTE - 10 * SECOND)
    expect(world.cloud.terminations()).toHaveLength(1)
    expect(said(world)).toContain('still deleting the instance (deleted 10 minutes ago)')
    await world.advance(12 * MINUTE)
    expect(world.cloud.terminations()).toHaveLength(2)
    expect(said(world)).toContain('(deleted 25 minutes ago)')
    world.restart()
    await world.advance(14 * MINUTE)
    expect(world.cloud.terminations()).toHaveLength(2)
    expect(stored(world)?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
    await world.advance(45 * MINUTE)
    expect(leftovers(world)).toEqual([undefined])
  })

  test('that waits for a pod never has a reason older than five minutes (I9, row 15)', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('web'))
    world.cluster.protect('default/web')
    drop(world)
    await world.advance(MINUTE)
    const words = new Set<string>()
    for (let step = 0; step < 10; step += 1) {
      expect(said(world)).toContain('default/web')
      words.add(said(world))
      await world.advance(5 * MINUTE)
    }
    expect(words.size).toBe(10)
    await world.advance(15 * MINUTE)
    expect(leftovers(world)).toEqual([undefined])
  })

  test('says whom it left behind before the instance ends (I8, row 15)', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('web'))
    world.cluster.protect('default/web')
    world.cloud.inject({ do: 'neverFinish', on: 'terminate' })
    drop(world)
    await world.advance(59 * MINUTE)
    expect(world.cloud.terminations()).toEqual([])
    await world.advance(2 * MINUTE)
    expect(world.cloud.terminations()).toEqual([NAME])
    const told = world.events.filter(({ reason }) => reason === 'DrainDeadlineExceeded')
    expect(told).toEqual([expect.objectContaining({ message: expect.stringContaining('default/web') })])
  })

  test('does not wait long for pods of a node that fell silent, and a moment of silence ends nothing (I8, row 16)', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('web'))
    world.cluster.protect('default/web')
    drop(world)
    await world.advance(10 * MINUTE)
    readyIs(world, 'Unknown')
    await world.advance(2 * MINUTE)
    readyIs(world, 'True')
    await world.advance(10 * MINUTE)
    expect(world.cloud.terminations()).toEqual([])
    readyIs(world, 'Unknown')
    await world.advance(4 * MINUTE)
    expect(world.cloud.terminations()).toEqual([])
    await world.advance(3 * MINUTE)
    expect(world.events).toContainEqual(expect.objectContaining({ reason: 'NodeUnreachable' }))
    expect(leftovers(world)).toEqual([undefined])
  })

  test.each([24 * 60 * MINUTE, -24 * 60 * MINUTE])(
    'drains as long as it may when the wall clock jumps by %i ms (row 63)',
    async (jumpMs) => {
      const world = await readyWorld()
      world.cluster.put(PODS, aPod('web'))
      world.cluster.protect('default/web')
      drop(world)
      await world.advance(10 * SECOND)
      world.clock.jumpWallClock(jumpMs)
      await world.advance(58 * MINUTE)
      expect(world.cloud.terminations()).toEqual([])
      await world.advance(3 * MINUTE)
      expect(world.cloud.terminations()).toEqual([NAME])
    },
  )

  test('says what the API server does not let it do, and goes on when it may (I9)', async () => {
    const world = await readyWorld()
    const error = new ApiError({ status: 403, reason: 'Forbidden', message: 'nodes "node-1" is forbidden' })
    const matching = ({ resource }: { resource: string }) => resource === 'nodes'
    for (let times = 0; times < 3; times += 1) world.cluster.failWrite({ when: 'before', error, matching })
    drop(world)
    await world.settle()
    expect(said(world)).toContain('nodes \\"node-1\\" is forbidden')
    await world.advance(3 * MINUTE)
    expect(leftovers(world)).toEqual([undefined])
  })

  test('has every pod asked to leave, whatever is answered about the one before (row 43)', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('a'))
    world.cluster.put(PODS, aPod('b'))
    const message = 'unable to create new content in namespace default because it is being terminated'
    const error = new ApiError({ status: 403, reason: 'Forbidden', message })
    world.cluster.failWrite({
      when: 'before',
      error,
      matching: ({ verb, key }) => verb === 'evict' && key === 'default/a',
    })
    drop(world)
    await world.settle()
    expect(world.cluster.get(PODS, 'default/b')?.metadata.deletionTimestamp).toBeDefined()
    await world.advance(5 * SECOND)
    expect(world.cluster.get(PODS, 'default/a')?.metadata.deletionTimestamp).toBeDefined()
  })

  test('that had a node is never launched again when its instance is deleted by hand, and goes when it is deleted', async () => {
    const world = await readyWorld()
    world.cloud.vanish(NAME)
    readyIs(world, 'Unknown')
    await world.advance(30 * MINUTE)
    expect(world.cloud.launches()).toHaveLength(1)
    drop(world)
    await world.advance(MINUTE)
    expect(leftovers(world)).toEqual([undefined])
  })

  test('whose spot machine was evicted keeps its instance, and gives it back without a drain when it is deleted', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('web'))
    world.cluster.vanish(world.nodeResource, 'node-1')
    await world.advance(30 * MINUTE)
    expect(world.cloud.launches()).toHaveLength(1)
    expect(world.cloud.terminations()).toEqual([])
    drop(world)
    await world.settle()
    expect(world.cloud.terminations()).toEqual([NAME])
    await world.advance(MINUTE)
    expect(leftovers(world)).toEqual([undefined])
  })

  test('is not ended by the deletion of its Node, as long as its instance is there (M33 as decided otherwise, row 29)', async () => {
    const world = await readyWorld()
    world.cluster.put(PODS, aPod('web'))
    world.cluster.delete(world.nodeResource, 'node-1')
    await world.advance(2 * SECOND)
    expect(world.cluster.get(PODS, 'default/web')?.metadata.deletionTimestamp).toBeDefined()
    world.cluster.vanish(PODS, 'default/web')
    await world.advance(MINUTE)
    expect(world.nodes()).toEqual([])
    expect(world.cloud.terminations()).toEqual([])
    expect(stored(world)?.metadata.deletionTimestamp).toBeUndefined()
    joinNode(world)
    await world.advance(MINUTE)
    expect(world.nodes()).toMatchObject([{ metadata: { finalizers: ['karpenter.sh/termination'] } }])
  })
})
