import { describe, expect, test } from 'vitest'
import { backendSettings } from '../backend/profiles.ts'
import { MACHINES } from '../claims/machine-kind.ts'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import { NODE_POOLS } from '../node-pools/node-pool.ts'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { aClaimWorld } from '../testing/claim-world.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { runNodePools } from '../testing/run-node-pools.ts'
import { serveClaim } from '../testing/serve-claim.ts'

const call = { signal: new AbortController().signal }
const MINUTE_MS = 60_000
const KWOK = backendSettings('karpenter-kwok')

type World = ReturnType<typeof aClaimWorld>

async function asked({ provisioner }: World, parts: Partial<NodeRequest> = {}): Promise<SlotRecord[]> {
  return provisioner.request(aNodeRequest(parts), call)
}

/** Classes that the NodeClaims there are name. */
const classes = ({ cluster }: World) => cluster.list(NODE_CLAIMS).map(({ spec }) => spec.nodeClassRef.kind)

describe('another setting than before', () => {
  test('keeps the nodes of claims of the other kind, and asks for what is lost in its own', async () => {
    const world = aClaimWorld()
    const slots = await asked(world, { count: 2 })
    for (const { claimName = '' } of slots) serveClaim(world.cluster, claimName)
    const provisioner = world.start('nodeclaim', { backend: KWOK })
    const kept = await provisioner.supply(aNodeRequest({ count: 2, slots }), call)
    expect(kept).toMatchObject({ phase: 'ready' })
    world.cluster.vanish(MACHINES, slots[1]?.claimName ?? '')
    const gone = await provisioner.supply(aNodeRequest({ count: 2, slots }), call)
    expect(gone).toMatchObject({ reason: 'ClaimGone' })
    await world.clock.advance(MINUTE_MS)
    await provisioner.request(aNodeRequest({ count: 2, slots: gone.slots }), call)
    expect(classes(world)).toEqual(['KWOKNodeClass'])
  })

  test('gives back the claims of both kinds', async () => {
    const world = aClaimWorld()
    const [slot] = await asked(world)
    serveClaim(world.cluster, slot?.claimName ?? '')
    const provisioner = world.start('nodeclaim', { backend: KWOK })
    const { workspace } = aNodeRequest()
    expect(await provisioner.release(workspace, call)).toMatchObject({
      released: false,
      message: expect.stringContaining('kubectl describe machine'),
    })
    world.cluster.vanish(MACHINES, slot?.claimName ?? '')
    expect(await provisioner.release(workspace, call)).toEqual({ released: true })
  })

  test('drops a claim that the backend of before never took up', async () => {
    const world = aClaimWorld()
    const slots = await asked(world)
    const provisioner = world.start('nodeclaim', { backend: KWOK })
    await world.clock.advance(MINUTE_MS)
    expect(await provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({ phase: 'missing' })
    await provisioner.request(aNodeRequest({ slots }), call)
    const gone = await provisioner.supply(aNodeRequest({ slots }), call)
    await world.clock.advance(MINUTE_MS)
    await provisioner.request(aNodeRequest({ slots: gone.slots }), call)
    expect(classes(world)).toEqual(['KWOKNodeClass'])
  })

  test.each(['nodepool', 'existing-nodes'] as const)('%s drops such a claim, too', async (way) => {
    const world = aClaimWorld()
    const slots = await asked(world)
    const provisioner = world.start(way, { backend: KWOK })
    await world.clock.advance(MINUTE_MS)
    expect(await provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({ phase: 'missing' })
    expect(await provisioner.request(aNodeRequest({ slots }), call)).toEqual(slots)
    expect(world.cluster.list(MACHINES)).toEqual([])
    expect(world.cluster.list(NODE_POOLS)).toEqual([])
    expect(await provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({ reason: 'ClaimGone' })
  })

  test('dissolves the NodePool of before and keeps its nodes', async () => {
    const world = aClaimWorld({ as: 'nodepool' })
    const slots = await asked(world, { count: 2 })
    runNodePools(world.cluster)
    for (const { metadata } of world.cluster.list(NODE_CLAIMS)) serveClaim(world.cluster, metadata.name)
    const ready = await world.provisioner.supply(aNodeRequest({ count: 2, slots }), call)
    expect(ready).toMatchObject({ phase: 'ready' })
    const provisioner = world.start('nodeclaim', { backend: KWOK })
    const request = aNodeRequest({ count: 2, slots: ready.slots })
    expect(await provisioner.supply(request, call)).toMatchObject({ phase: 'ready', handsOver: true })
    await provisioner.request(request, call)
    expect(world.cluster.writes.at(-1)).toMatchObject({ verb: 'delete', resource: 'nodepools' })
    expect(world.cluster.list(NODE_POOLS)).toEqual([])
    expect(await provisioner.supply(request, call)).not.toHaveProperty('handsOver')
    expect(world.cluster.list(NODE_CLAIMS)).toHaveLength(2)
  })

  test('takes over a claim of the dissolved pool that is not launched yet, instead of a node too many', async () => {
    const world = aClaimWorld({ as: 'nodepool' })
    const slots = await asked(world, { count: 2 })
    runNodePools(world.cluster)
    const [launched, pending] = world.cluster.list(NODE_CLAIMS).map(({ metadata }) => metadata.name)
    serveClaim(world.cluster, launched ?? '')
    const partly = await world.provisioner.supply(aNodeRequest({ count: 2, slots }), call)
    const provisioner = world.start('nodeclaim', { backend: KWOK })
    await provisioner.request(aNodeRequest({ count: 2, slots: partly.slots }), call)
    const supply = await provisioner.supply(aNodeRequest({ count: 2, slots: partly.slots }), call)
    expect(supply).toMatchObject({ phase: 'waiting', slots: [{ claimName: launched }, { claimName: pending }] })
    expect(world.cluster.list(NODE_CLAIMS)).toHaveLength(2)
  })

  test('with a NodePool keeps the claims of before, and the pool has only what is lost', async () => {
    const world = aClaimWorld({ as: 'nodeclaim', backend: KWOK })
    const slots = await asked(world, { count: 2 })
    for (const { claimName = '' } of slots) serveClaim(world.cluster, claimName)
    const provisioner = world.start('nodepool')
    expect(await provisioner.supply(aNodeRequest({ count: 2, slots }), call)).toMatchObject({ phase: 'ready' })
    world.cluster.vanish(NODE_CLAIMS, slots[0]?.claimName ?? '')
    const gone = await provisioner.supply(aNodeRequest({ count: 2, slots }), call)
    await world.clock.advance(MINUTE_MS)
    await provisioner.request(aNodeRequest({ count: 2, slots: gone.slots }), call)
    expect(world.cluster.list(NODE_POOLS)).toMatchObject([{ spec: { replicas: 1 } }])
  })

  test('without a provisioner keeps what is there, and waits for nodes in the place of what is lost', async () => {
    const world = aClaimWorld()
    const slots = await asked(world)
    serveClaim(world.cluster, slots[0]?.claimName ?? '')
    const provisioner = world.start('existing-nodes')
    expect(await provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({ phase: 'ready' })
  })
})
