import { describe, expect, test } from 'vitest'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { aNodeRequest } from './node-request.ts'
import type { ProvisionerWorld } from './provisioner-world.ts'

const call = { signal: new AbortController().signal }
const MINUTE_MS = 60_000

async function ask(world: ProvisionerWorld, request: NodeRequest): Promise<{ slots: SlotRecord[]; claims: string[] }> {
  const slots = await world.provisioner.request(request, call)
  return { slots, claims: world.claims() }
}

/** What a way to get nodes must do whose backend makes the claims, and others in the place of those that vanish. */
export function describeClaimsOfBackend(setUp: () => ProvisionerWorld): void {
  describe('claims of its backend', () => {
    test('are as many as nodes are wanted, however often it asks', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ count: 3 }))
      expect(slots).toEqual([0, 1, 2].map((ordinal) => ({ ordinal, attempt: 0 })))
      expect(claims).toHaveLength(3)
      expect((await ask(world, aNodeRequest({ count: 3, slots }))).claims).toEqual(claims)
      expect((await ask(world, aNodeRequest({ count: 3 }))).claims).toEqual(claims)
    })

    test('are waited for, with a reason, until every node is complete', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest({ count: 2 }))
      const request = aNodeRequest({ count: 2, slots })
      world.serve(claims[0] ?? '')
      const partly = await world.provisioner.supply(request, call)
      expect(partly).toMatchObject({ phase: 'waiting', reason: 'PoolCreating' })
      expect(partly.slots.map(({ phase }) => phase)).toEqual(['Ready', 'Creating'])
      world.serve(claims[1] ?? '')
      const supply = await world.provisioner.supply(aNodeRequest({ count: 2, slots: partly.slots }), call)
      expect(supply).toMatchObject({ phase: 'ready', slots: [{ claimName: claims[0] }, { claimName: claims[1] }] })
    })

    test('that vanish are replaced by the backend alone, and the next stands for the same slot', async () => {
      const world = setUp()
      const { slots, claims } = await ask(world, aNodeRequest())
      world.serve(claims[0] ?? '')
      const { slots: recorded } = await world.provisioner.supply(aNodeRequest({ slots }), call)
      world.vanish(claims[0] ?? '')
      const gone = await world.provisioner.supply(aNodeRequest({ slots: recorded }), call)
      expect(gone).toMatchObject({ phase: 'waiting', slots: [{ attempt: 0 }] })
      const [next = ''] = world.claims()
      expect(next).not.toBe(claims[0])
      world.serve(next)
      const back = await world.provisioner.supply(aNodeRequest({ slots: gone.slots }), call)
      expect(back).toMatchObject({ phase: 'ready', slots: [{ ordinal: 0, attempt: 1, claimName: next }] })
    })

    test('are given back, and that is said only when nothing is left', async () => {
      const world = setUp()
      const { workspace } = aNodeRequest()
      const { claims } = await ask(world, aNodeRequest({ count: 2 }))
      world.serve(claims[0] ?? '')
      expect(await world.provisioner.release(workspace, call)).toMatchObject({ released: false, reason: 'Deleting' })
      expect(await world.provisioner.release(workspace, call)).toMatchObject({ released: false, reason: 'Deleting' })
      for (const claim of world.claims()) world.vanish(claim)
      expect(await world.provisioner.release(workspace, call)).toEqual({ released: true })
    })

    test('are given back together when not all of them came in time, and asked for again later', async () => {
      const world = setUp()
      const together = (slots: SlotRecord[]) => aNodeRequest({ count: 2, allOrNothing: true, slots })
      const { slots, claims } = await ask(world, together([]))
      world.serve(claims[0] ?? '')
      await world.advance(30 * MINUTE_MS)
      const over = await world.provisioner.supply(together(slots), call)
      expect(over).toMatchObject({ phase: 'expired', reason: 'GroupIncomplete', isRecorded: false })
      expect(await world.provisioner.supply(together(over.slots), call)).toMatchObject({ isRecorded: true })
      await world.provisioner.giveBack(aNodeRequest().workspace, call)
      await world.provisioner.giveBack(aNodeRequest().workspace, call)
      for (const claim of world.claims()) world.vanish(claim)
      expect(await world.provisioner.giveBack(aNodeRequest().workspace, call)).toEqual({ released: true })
      expect(await world.provisioner.supply(together(over.slots), call)).toMatchObject({ phase: 'waiting' })
      expect(world.claims()).toEqual([])
      await world.advance(31 * MINUTE_MS)
      expect(await world.provisioner.supply(together(over.slots), call)).toMatchObject({ phase: 'missing' })
      expect((await ask(world, together(over.slots))).claims).toHaveLength(2)
    })
  })
}
