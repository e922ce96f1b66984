import { describe, expect, test } from 'vitest'
import type { NodeRequest, NodeSupply, SlotRecord } from '../node-provisioner.ts'
import { aNodeRequest } from './node-request.ts'
import type { ProvisionerWorld } from './provisioner-world.ts'

const call = { signal: new AbortController().signal }
const MINUTE_MS = 60_000
const DEADLINE_MS = 30 * MINUTE_MS
/** Nobody takes up the claims of these tests, which some backends call a blockade. */
const IS_HELD = ['waiting', 'blocked']

const together = (slots: SlotRecord[] = [], parts: Partial<NodeRequest> = {}) =>
  aNodeRequest({ count: 2, allOrNothing: true, slots, ...parts })

async function ask(world: ProvisionerWorld, slots: SlotRecord[] = []) {
  const asked = await world.provisioner.request(together(slots), call)
  return { slots: asked, claims: asked.map(({ claimName }) => claimName ?? '') }
}

async function supplyAfter(world: ProvisionerWorld, slots: SlotRecord[], ms: number): Promise<NodeSupply> {
  await world.advance(ms)
  return world.provisioner.supply(together(slots), call)
}

/** What a provisioner must do for a Workspace that wants all its nodes or none. `setUp` has a deadline of half an hour. */
export function describeAllOrNothing(setUp: () => ProvisionerWorld): void {
  describe('all or nothing', () => {
    test('waits for the others until the deadline, and is looked at again then', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      world.serve(claims[0] ?? '')
      const supply = await supplyAfter(world, slots, DEADLINE_MS - MINUTE_MS)
      expect(IS_HELD).toContain(supply.phase)
      expect(supply).toHaveProperty('revisitAfterMs')
      expect('revisitAfterMs' in supply && (supply.revisitAfterMs ?? 0)).toBeLessThanOrEqual(MINUTE_MS)
    })

    test('is over at the deadline, and says what was missing and when all is asked for again', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      world.serve(claims[0] ?? '')
      const over = await supplyAfter(world, slots, DEADLINE_MS)
      expect(over).toMatchObject({ phase: 'expired', reason: 'GroupIncomplete', isRecorded: false })
      const retryAt = over.slots[0]?.retryAt ?? ''
      expect('message' in over && over.message).toMatch(
        /^1 of 2 nodes were ready after 30 minutes.* node 1 was missing/,
      )
      expect('message' in over && over.message).toContain(retryAt)
      expect(over.slots).toMatchObject([
        { ordinal: 0, attempt: 0, claimName: claims[0], phase: 'Retrying', retryAt },
        { ordinal: 1, attempt: 0, claimName: claims[1], phase: 'Retrying', retryAt },
      ])
    })

    test('gives back only what is on record, and repeats its words until and after all is gone', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      world.serve(claims[0] ?? '')
      const over = await supplyAfter(world, slots, DEADLINE_MS)
      const recorded = await supplyAfter(world, over.slots, MINUTE_MS)
      expect(recorded).toEqual({ ...over, isRecorded: true })
      expect(await world.provisioner.giveBack(together().workspace, call)).toMatchObject({ released: false })
      for (const claim of claims) if (world.claims().includes(claim)) world.vanish(claim)
      expect(await world.provisioner.giveBack(together().workspace, call)).toEqual({ released: true })
      const waiting = await supplyAfter(world, recorded.slots, MINUTE_MS)
      expect(waiting).toMatchObject({ phase: 'waiting', reason: 'GroupIncomplete' })
      expect(waiting.slots).toEqual(over.slots)
    })

    test('asks for all together again, under new names, with a deadline of its own', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      const over = await supplyAfter(world, slots, DEADLINE_MS)
      for (const claim of claims) world.vanish(claim)
      expect(await supplyAfter(world, over.slots, 31 * MINUTE_MS)).toMatchObject({ phase: 'missing' })
      const next = await ask(world, over.slots)
      expect(next.slots.map(({ attempt }) => attempt)).toEqual([1, 1])
      expect(world.claims()).toEqual([...next.claims].sort())
      expect(IS_HELD).toContain((await supplyAfter(world, next.slots, DEADLINE_MS - MINUTE_MS)).phase)
      expect(await supplyAfter(world, next.slots, MINUTE_MS)).toMatchObject({ phase: 'expired', isRecorded: false })
    })

    test('keeps the others when a node is lost after all were ready', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      for (const claim of claims) world.serve(claim)
      const ready = await supplyAfter(world, slots, 0)
      expect(ready).toMatchObject({ phase: 'ready', slots: [{ groupComplete: true }, { groupComplete: true }] })
      world.vanish(claims[1] ?? '')
      const lost = await supplyAfter(world, ready.slots, 60 * MINUTE_MS)
      expect(lost).toMatchObject({ phase: 'waiting', reason: 'ClaimGone' })
      await world.advance(MINUTE_MS)
      const next = await ask(world, lost.slots)
      expect(next.slots.map(({ attempt }) => attempt)).toEqual([0, 1])
      expect(IS_HELD).toContain((await supplyAfter(world, next.slots, 60 * MINUTE_MS)).phase)
      expect(world.claims()).toEqual([...next.claims].sort())
    })

    test('counts what is there when a claim vanishes before all were ready', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      world.serve(claims[0] ?? '')
      await world.provisioner.supply(together(slots), call)
      world.vanish(claims[1] ?? '')
      const over = await supplyAfter(world, slots, DEADLINE_MS)
      expect(over).toMatchObject({ phase: 'expired', slots: [{ attempt: 0 }, { attempt: 0 }] })
    })

    test('lets a Workspace that takes what it gets wait for ever', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world)
      world.serve(claims[0] ?? '')
      await world.advance(10 * DEADLINE_MS)
      const supply = await world.provisioner.supply(together(slots, { allOrNothing: false }), call)
      expect(IS_HELD).toContain(supply.phase)
      expect(supply.slots[0]).not.toHaveProperty('groupComplete')
    })
  })
}
