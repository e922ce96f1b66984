import { describe, expect, test } from 'vitest'
import type { NodeRequest } from '../node-provisioner.ts'
import { aNodeRequest } from './node-request.ts'
import type { ClaimsBy, ProvisionerWorld } from './provisioner-world.ts'

const call = { signal: new AbortController().signal }
const LONGEST_BACK_OFF_MS = 60 * 60_000

const prefers = (parts: Partial<NodeRequest> = {}) => aNodeRequest({ existingNodes: 'Prefer', ...parts })
const uids = (...all: string[]) => all.map((uid) => ({ name: uid, namespace: 'default', uid }))

/** What a provisioner must do with nodes that are there. */
export function describeExistingNodes(setUp: () => ProvisionerWorld, claimsBy: ClaimsBy): void {
  /** A slot that no existing node serves, as it goes on record. */
  const asked = (ordinal: number) => ({
    ...{ ordinal, attempt: 0 },
    ...(claimsBy === 'provisioner' && { claimName: expect.any(String) }),
  })

  describe('existing nodes', () => {
    test('serve where they may, so that only the rest is bought', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const slots = await world.provisioner.request(prefers({ count: 2 }), call)
      expect(slots).toEqual([{ ordinal: 0, attempt: 0, nodeName: 'gpu-1' }, asked(1)])
      const claims = world.claims()
      expect(claims).toHaveLength(claimsBy === 'nobody' ? 0 : 1)
      for (const claim of claims) world.serve(claim)
      if (claimsBy === 'nobody') return
      const supply = await world.provisioner.supply(prefers({ count: 2, slots }), call)
      expect(supply).toMatchObject({ phase: 'ready', slots: [{ nodeName: 'gpu-1', phase: 'Ready' }, { ordinal: 1 }] })
    })

    test.each<[rule: string, parts: Partial<NodeRequest>]>([
      ['are left alone where none is wanted', { existingNodes: 'Never' }],
      ['of another kind do not serve', { instanceTypes: ['Standard_other'] }],
    ])('%s', async (_rule, parts) => {
      const world = setUp()
      world.offer('gpu-1')
      expect(await world.provisioner.request(prefers(parts), call)).toEqual([asked(0)])
    })

    test('of the preferred names come first, in their order', async () => {
      const world = setUp()
      for (const name of ['gpu-1', 'gpu-2', 'gpu-3']) world.offer(name)
      const request = prefers({ count: 3, preferredNodes: ['gpu-9', 'gpu-3', 'gpu-2'] })
      const slots = await world.provisioner.request(request, call)
      expect(slots.map(({ nodeName }) => nodeName)).toEqual(['gpu-3', 'gpu-2', 'gpu-1'])
    })

    test('serve one Workspace only, also when two ask at the same time', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const requests = uids('a', 'b').map((workspace) => world.provisioner.request(prefers({ workspace }), call))
      const [first, second] = await Promise.all(requests)
      expect(first).toEqual([{ ordinal: 0, attempt: 0, nodeName: 'gpu-1' }])
      expect(second).toEqual([asked(0)])
    })

    test('stay with their slot when it asks again before it is on record', async () => {
      const world = setUp()
      world.offer('gpu-2')
      const slots = await world.provisioner.request(prefers(), call)
      world.offer('gpu-1')
      expect(await world.provisioner.request(prefers(), call)).toEqual(slots)
      expect(await world.provisioner.request(prefers({ slots }), call)).toEqual(slots)
    })

    test('that are gone are replaced by the next attempt, after a back-off that the record keeps', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const slots = await world.provisioner.request(prefers(), call)
      world.withdraw('gpu-1')
      const gone = await world.provisioner.supply(prefers({ slots }), call)
      expect(gone).toMatchObject({
        phase: 'waiting',
        reason: 'NodeNotRegistered',
        slots: [{ attempt: 0, nodeName: 'gpu-1', phase: 'Retrying', retryAt: expect.any(String) }],
      })
      world.offer('gpu-2')
      await world.advance(LONGEST_BACK_OFF_MS)
      const later = prefers({ slots: gone.slots })
      expect(await world.provisioner.supply(later, call)).toMatchObject({ phase: 'missing' })
      expect(await world.provisioner.request(later, call)).toEqual([{ ordinal: 0, attempt: 1, nodeName: 'gpu-2' }])
      expect(world.claims()).toEqual([])
    })

    test('that come back in time serve on', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const slots = await world.provisioner.request(prefers(), call)
      world.withdraw('gpu-1')
      const gone = await world.provisioner.supply(prefers({ slots }), call)
      world.offer('gpu-1')
      const back = await world.provisioner.supply(prefers({ slots: gone.slots }), call)
      expect(back).toMatchObject({ phase: 'ready', slots: [{ attempt: 0, nodeName: 'gpu-1' }] })
      expect(back.slots[0]).not.toHaveProperty('retryAt')
    })

    test('are free for others once given up, and nothing is done to them', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const [a, b] = uids('a', 'b')
      await world.provisioner.request(prefers({ ...(a && { workspace: a }) }), call)
      if (a) expect(await world.provisioner.release(a, call)).toEqual({ released: true })
      const slots = await world.provisioner.request(prefers({ ...(b && { workspace: b }) }), call)
      expect(slots).toMatchObject([{ nodeName: 'gpu-1' }])
    })

    test('are told of to those whom they serve', async () => {
      const world = setUp()
      const told: string[] = []
      world.provisioner.onChange(({ name, namespace }) => told.push(`${namespace}/${name}`))
      world.offer('gpu-1')
      const slots = await world.provisioner.request(prefers(), call)
      await world.provisioner.supply(prefers({ slots }), call)
      expect(told).toEqual([])
      world.withdraw('gpu-1')
      expect(told).toEqual(['default/phi-3'])
      await world.provisioner.release(prefers().workspace, call)
      world.offer('gpu-1')
      expect(told).toEqual(['default/phi-3'])
    })
  })
}
