import { NODE_CLAIM_CONDITIONS, type NodeClaim } from '@kaito/api'
import { NODES } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { backendSettings } from '../backend/profiles.ts'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { aClaimWorld } from '../testing/claim-world.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { serveClaim } from '../testing/serve-claim.ts'

const call = { signal: new AbortController().signal }
const MINUTE_MS = 60_000
const KWOK = backendSettings('karpenter-kwok')

type World = ReturnType<typeof aClaimWorld>

const onKarpenter = (parts: Parameters<typeof aClaimWorld>[0] = {}) =>
  aClaimWorld({ as: 'nodeclaim', backend: KWOK, ...parts })

async function asked({ provisioner }: World, parts: Partial<NodeRequest> = {}): Promise<SlotRecord[]> {
  return provisioner.request(aNodeRequest(parts), call)
}

function onlyClaim({ cluster }: World): NodeClaim {
  const [claim, ...more] = cluster.list(NODE_CLAIMS)
  if (!claim || more.length > 0) throw new Error('there is not one claim')
  return claim
}

const sizeOf = ({ spec }: NodeClaim) => spec.requirements[0]?.values

/** Says of a claim what Karpenter core says of one whose launch it tries again and again. */
function refuse(world: World, reason: string): void {
  const { metadata } = onlyClaim(world)
  const lastTransitionTime = metadata.creationTimestamp ?? ''
  world.cluster.edit(NODE_CLAIMS, metadata.name, (claim) => {
    const { launched, ready } = NODE_CLAIM_CONDITIONS
    const conditions = [
      { type: launched, status: 'Unknown' as const, reason, message: 'no', lastTransitionTime },
      { type: ready, status: 'Unknown' as const, reason: 'ReconcilingDependents', lastTransitionTime },
    ]
    claim.status = { conditions }
  })
}

describe('a backend that takes sizes as a set', () => {
  const instanceTypes = ['a', 'b']

  test('gets the first size, and the next once it has ended the claim of the first', async () => {
    const world = onKarpenter()
    const slots = await asked(world, { instanceTypes })
    expect(sizeOf(onlyClaim(world))).toEqual(['a'])
    world.cluster.vanish(NODE_CLAIMS, onlyClaim(world).metadata.name)
    const gone = await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)
    expect(gone).toMatchObject({ phase: 'waiting', reason: 'ClaimGone' })
    await world.clock.advance(10_000)
    const next = await asked(world, { instanceTypes, slots: gone.slots })
    expect(next).toMatchObject([{ attempt: 1 }])
    expect(sizeOf(onlyClaim(world))).toEqual(['b'])
  })

  test('waits longer only when all sizes were in vain', async () => {
    const world = onKarpenter()
    let slots = await asked(world, { instanceTypes })
    const waits: number[] = []
    for (let attempt = 0; attempt < 4; attempt += 1) {
      world.cluster.vanish(NODE_CLAIMS, onlyClaim(world).metadata.name)
      const gone = await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)
      waits.push((Date.parse(gone.slots[0]?.retryAt ?? '') - world.clock.now()) / 1000)
      await world.clock.advance(60 * MINUTE_MS)
      slots = await asked(world, { instanceTypes, slots: gone.slots })
    }
    expect(waits.map(Math.round)).toEqual([10, 10, 20, 20])
  })

  test('that refuses for long has its claim ended, since it never launched, and is asked for the next size', async () => {
    const world = onKarpenter()
    const slots = await asked(world, { instanceTypes })
    refuse(world, 'LaunchFailed')
    const young = await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)
    expect(young).toMatchObject({ phase: 'waiting', slots: [{ phase: 'Retrying', reason: 'Unknown' }] })
    await world.clock.advance(MINUTE_MS)
    expect(await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)).toMatchObject({
      phase: 'missing',
    })
    expect(await asked(world, { instanceTypes, slots })).toEqual(slots)
    expect(world.cluster.list(NODE_CLAIMS)).toEqual([])
    const gone = await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)
    expect(gone).toMatchObject({ reason: 'ClaimGone' })
  })

  test('keeps a claim that was refused when there is no other size', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    refuse(world, 'LaunchFailed')
    await world.clock.advance(10 * MINUTE_MS)
    expect(await world.provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({ phase: 'waiting' })
    expect(world.cluster.list(NODE_CLAIMS)).toHaveLength(1)
  })

  test('a claim that was launched in the meantime is not ended', async () => {
    const world = onKarpenter()
    const slots = await asked(world, { instanceTypes })
    refuse(world, 'LaunchFailed')
    await world.clock.advance(MINUTE_MS)
    world.nodeClaims.pause()
    serveClaim(world.cluster, onlyClaim(world).metadata.name)
    expect(await world.provisioner.supply(aNodeRequest({ instanceTypes, slots }), call)).toMatchObject({
      phase: 'missing',
    })
    await asked(world, { instanceTypes, slots })
    expect(onlyClaim(world).metadata.deletionTimestamp).toBeUndefined()
  })
})

describe('a kind that is not served', () => {
  const kindFault = ({ kind }: { kind: string }) =>
    kind === 'NodeClaim' ? 'is not installed: install the one of this release' : undefined

  test('is said by who needs it, and nothing is put on record', async () => {
    const world = onKarpenter({ kindFault })
    const supply = await world.provisioner.supply(aNodeRequest(), call)
    expect(supply).toMatchObject({ phase: 'blocked', reason: 'NoProvisioner', slots: [{ ordinal: 0, attempt: 0 }] })
    expect(supply.slots[0]).not.toHaveProperty('claimName')
    expect('message' in supply && supply.message).toMatch(
      /karpenter-kwok, which needs kind NodeClaim .*is not installed/,
    )
    const later = world.start('nodeclaim', { kindFault: () => undefined })
    expect(await later.supply(aNodeRequest({ slots: supply.slots }), call)).toMatchObject({ phase: 'missing' })
    expect(await later.request(aNodeRequest({ slots: supply.slots }), call)).toMatchObject([{ attempt: 0 }])
  })

  test('keeps nobody from a node that is there', async () => {
    const world = onKarpenter({ kindFault })
    world.cluster.put(NODES, anExistingNode('gpu-1'))
    const two = { count: 2, existingNodes: 'Prefer' as const }
    expect(await world.provisioner.supply(aNodeRequest(two), call)).toMatchObject({ phase: 'missing' })
    const slots = await asked(world, two)
    expect(slots).toEqual([
      { ordinal: 0, attempt: 0, nodeName: 'gpu-1' },
      { ordinal: 1, attempt: 0 },
    ])
    const supply = await world.provisioner.supply(aNodeRequest({ ...two, slots }), call)
    expect(supply).toMatchObject({ phase: 'blocked', reason: 'NoProvisioner', slots: [{ phase: 'Ready' }, {}] })
    expect(world.cluster.list(NODE_CLAIMS)).toEqual([])
  })

  test('of the class that the claim would name is said, too', async () => {
    const world = onKarpenter({ kindFault: ({ kind }) => (kind === 'KWOKNodeClass' ? 'is not installed' : undefined) })
    const supply = await world.provisioner.supply(aNodeRequest(), call)
    expect('message' in supply && supply.message).toMatch(/needs kind KWOKNodeClass \(karpenter.kwok.sh\/v1alpha1\)/)
  })

  test('of a class that the backend of today does not know is said by the Workspace that names it', async () => {
    const nodeClass = { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' }
    const { provisioner } = onKarpenter()
    const supply = await provisioner.supply(aNodeRequest({ nodeClass }), call)
    expect(supply).toMatchObject({ phase: 'blocked', reason: 'InvalidRequest' })
    expect('message' in supply && supply.message).toMatch(
      /^resource.nodeClassRef: .*KWOKNodeClass .*not AgentPoolClass/,
    )
  })

  test('holds up no Workspace that has its nodes', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    serveClaim(world.cluster, slots[0]?.claimName ?? '')
    const later = world.start('nodeclaim', { kindFault })
    expect(await later.supply(aNodeRequest({ slots }), call)).toMatchObject({ phase: 'ready' })
  })
})

describe('a backend that misbehaves', () => {
  test('and never answers is named, and keeps its one claim', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    await world.clock.advance(5 * MINUTE_MS)
    const supply = await world.provisioner.supply(aNodeRequest({ slots }), call)
    expect(supply).toMatchObject({ phase: 'blocked', reason: 'NoProvisioner' })
    expect('message' in supply && supply.message).toMatch(
      /nobody has taken up claim ws.*check that karpenter-kwok runs/,
    )
    expect(world.cluster.list(NODE_CLAIMS)).toHaveLength(1)
  })

  test('and answers Unknown for ever is named after an hour', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    refuse(world, 'AwaitingReconciliation')
    await world.clock.advance(MINUTE_MS)
    const supply = await world.provisioner.supply(aNodeRequest({ slots }), call)
    expect(supply).toMatchObject({ phase: 'blocked', reason: 'NoProvisioner' })
  })

  test('and deletes claims at once is asked again ever more seldom, one claim at a time', async () => {
    const world = onKarpenter()
    let slots = await asked(world)
    let made = 1
    for (let minute = 0; minute < 240; minute += 1) {
      for (const { metadata } of world.cluster.list(NODE_CLAIMS)) world.cluster.vanish(NODE_CLAIMS, metadata.name)
      const gone = await world.provisioner.supply(aNodeRequest({ slots }), call)
      expect(gone).toMatchObject({ reason: 'ClaimGone' })
      await world.clock.advance(MINUTE_MS)
      slots = await asked(world, { slots: gone.slots })
      made += world.cluster.list(NODE_CLAIMS).length
      expect(world.cluster.list(NODE_CLAIMS).length).toBeLessThanOrEqual(1)
    }
    expect(made).toBeLessThan(16)
  })

  test('and gives another node than it said, or renames it, is told which', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    const { name } = onlyClaim(world).metadata
    serveClaim(world.cluster, name)
    world.cluster.vanish(NODES, `node-${name}`)
    await world.clock.advance(MINUTE_MS)
    const lost = await world.provisioner.supply(aNodeRequest({ slots }), call)
    expect(lost).toMatchObject({ phase: 'waiting', reason: 'NodeNotRegistered' })
    expect('message' in lost && lost.message).toBe(`node node-${name} of claim ${name} is gone`)
  })

  test('and has two nodes for one claim blocks, and says so', async () => {
    const world = onKarpenter()
    const slots = await asked(world)
    const { name } = onlyClaim(world).metadata
    serveClaim(world.cluster, name)
    world.cluster.edit(NODE_CLAIMS, name, (claim) => {
      const registered = claim.status?.conditions?.find(({ type }) => type === 'Registered')
      Object.assign(registered ?? {}, {
        status: 'False',
        reason: 'MultipleNodesFound',
        message: 'matched multiple nodes',
      })
    })
    const supply = await world.provisioner.supply(aNodeRequest({ slots }), call)
    expect(supply).toMatchObject({
      phase: 'blocked',
      reason: 'NameConflict',
      message: `${name}: matched multiple nodes`,
    })
  })
})
