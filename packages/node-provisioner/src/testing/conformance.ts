import { describe, expect, test } from 'vitest'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { describeAllOrNothing } from './all-or-nothing-conformance.ts'
import { describeClaimsOfBackend } from './backend-claims-conformance.ts'
import { describeExistingNodes } from './existing-nodes-conformance.ts'
import { describeNoClaims } from './no-claims-conformance.ts'
import { aNodeRequest } from './node-request.ts'
import type { ClaimsBy, ProvisionerWorld } from './provisioner-world.ts'

const call = { signal: new AbortController().signal }
const LONGEST_BACK_OFF_MS = 60 * 60_000

async function ask(world: ProvisionerWorld, request: NodeRequest): Promise<{ slots: SlotRecord[]; claims: string[] }> {
  const slots = await world.provisioner.request(request, call)
  return { slots, claims: slots.flatMap(({ claimName }) => claimName ?? []) }
}

/**
 * What every way to get nodes must do. `setUp` makes a fresh world for each rule; `claimsBy` says whose the claims are, for
 * rules that differ by it.
 */
export function describeNodeProvisioner(
  name: string,
  setUp: () => ProvisionerWorld,
  claimsBy: ClaimsBy = 'provisioner',
): void {
  describe(`node provisioner: ${name}`, () => {
    test('knows nothing of a Workspace that never asked', async () => {
      const { provisioner, claims } = setUp()
      const { phase, slots } = await provisioner.supply(aNodeRequest(), call)
      expect(phase).toBe(claimsBy === 'nobody' ? 'blocked' : 'missing')
      expect(slots).toMatchObject([{ ordinal: 0, attempt: 0, nodeName: undefined }])
      expect(await provisioner.release(aNodeRequest().workspace, call)).toEqual({ released: true })
      expect(claims()).toEqual([])
    })

    if (claimsBy === 'provisioner') describeOwnClaims(setUp)
    if (claimsBy === 'backend') describeClaimsOfBackend(setUp)
    if (claimsBy === 'nobody') describeNoClaims(setUp)
    describeExistingNodes(setUp, claimsBy)
    if (claimsBy === 'provisioner') describeAllOrNothing(setUp)
  })
}

function describeOwnClaims(setUp: () => ProvisionerWorld): void {
  describe('claims of its own', () => {
    test('asks for all nodes at once, under names that fit every backend', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ count: 3 }))
      expect(slots.map(({ ordinal, attempt }) => [ordinal, attempt])).toEqual([
        [0, 0],
        [1, 0],
        [2, 0],
      ])
      expect(world.claims()).toEqual([...claims].sort())
      expect(new Set(claims).size).toBe(3)
      for (const claim of claims) expect(claim).toMatch(/^[a-z][a-z0-9]{0,10}$/)
    })

    test('asks for nothing twice, with or without what it recorded', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ count: 2 }))
      expect(await ask(world, aNodeRequest({ count: 2, slots }))).toEqual({ slots, claims })
      expect(await ask(world, aNodeRequest({ count: 2 }))).toEqual({ slots, claims })
      expect(world.claims()).toHaveLength(2)
    })

    test('waits, with a reason, until every node is complete', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ count: 2 }))
      const request = aNodeRequest({ count: 2, slots })
      world.serve(claims[0] ?? '')
      const partly = await world.provisioner.supply(request, call)
      expect(partly).toMatchObject({ phase: 'waiting', reason: 'PoolCreating' })
      expect(partly.slots.map(({ phase }) => phase)).toEqual(['Ready', 'Creating'])
      world.serve(claims[1] ?? '')
      const supply = await world.provisioner.supply(request, call)
      expect(supply.phase).toBe('ready')
      expect(supply.slots.map(({ phase }) => phase)).toEqual(['Ready', 'Ready'])
      expect(new Set(supply.slots.map(({ nodeName }) => nodeName ?? '')).size).toBe(2)
    })

    test.each<[what: string, instanceTypes: string[], early: string | undefined]>([
      ['the only size asked for is told from the start', ['Standard_a'], 'Standard_a'],
      ['of several choices the one taken is told with its node', ['Standard_a', 'Standard_b'], undefined],
    ])('%s', async (_what, instanceTypes, early) => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ instanceTypes }))
      const request = aNodeRequest({ instanceTypes, slots })
      const before = await world.provisioner.supply(request, call)
      expect(before.slots).toMatchObject([{ phase: 'Creating', nodeName: undefined, instanceType: early }])
      world.serve(claims[0] ?? '')
      const after = await world.provisioner.supply(request, call)
      expect(after.slots).toMatchObject([{ phase: 'Ready', nodeName: expect.any(String) }])
      expect(instanceTypes).toContain(after.slots[0]?.instanceType)
    })

    test('replaces a claim that vanished by the next attempt, after a back-off that the record keeps', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest())
      world.vanish(claims[0] ?? '')
      const gone = await world.provisioner.supply(aNodeRequest({ slots }), call)
      expect(gone).toMatchObject({
        phase: 'waiting',
        reason: 'ClaimGone',
        slots: [{ attempt: 0, phase: 'Retrying', retryAt: expect.any(String) }],
      })
      expect(await ask(world, aNodeRequest({ slots: gone.slots }))).toMatchObject({ slots: [{ attempt: 0 }] })
      expect(world.claims()).toEqual([])
      await world.advance(LONGEST_BACK_OFF_MS)
      expect(await world.provisioner.supply(aNodeRequest({ slots: gone.slots }), call)).toMatchObject({
        phase: 'missing',
      })
      const next = await ask(world, aNodeRequest({ slots: gone.slots }))
      expect(next.slots).toEqual([{ ordinal: 0, attempt: 1, claimName: expect.not.stringMatching(claims[0] ?? '') }])
      expect(world.claims()).toEqual(next.claims)
    })

    test('gives everything back, and says so only when nothing is left', async () => {
      const world = setUp()
      const { workspace } = aNodeRequest()
      const { claims } = await ask(world, aNodeRequest({ count: 2 }))
      world.serve(claims[0] ?? '')
      expect(await world.provisioner.release(workspace, call)).toMatchObject({ released: false, reason: 'Deleting' })
      for (const claim of claims) if (world.claims().includes(claim)) world.vanish(claim)
      expect(await world.provisioner.release(workspace, call)).toEqual({ released: true })
    })

    test('a later Workspace of the same name shares no claim with its predecessor', async () => {
      const world = setUp()
      const first = aNodeRequest()
      const second = aNodeRequest({ workspace: { ...first.workspace, uid: 'uid-2' } })
      const { claims } = await ask(world, first)
      const later = await ask(world, second)
      expect(later.claims).not.toEqual(claims)
      await world.provisioner.release(first.workspace, call)
      for (const claim of claims) if (world.claims().includes(claim)) world.vanish(claim)
      expect(world.claims()).toEqual(later.claims)
      expect(await world.provisioner.supply({ ...second, slots: later.slots }, call)).toMatchObject({
        phase: 'waiting',
      })
    })

    test('tells whose nodes changed', async () => {
      const world = setUp()
      const told: string[] = []
      const { claims } = await ask(world, aNodeRequest())
      world.provisioner.onChange(({ name: workspace, namespace }) => told.push(`${namespace}/${workspace}`))
      told.length = 0
      world.serve(claims[0] ?? '')
      expect(told).toContain('default/phi-3')
      told.length = 0
      world.vanish(claims[0] ?? '')
      expect(told).toContain('default/phi-3')
    })
  })
}
