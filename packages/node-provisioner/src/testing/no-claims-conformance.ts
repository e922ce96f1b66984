import { describe, expect, test } from 'vitest'
import { aNodeRequest } from './node-request.ts'
import type { ProvisionerWorld } from './provisioner-world.ts'

const call = { signal: new AbortController().signal }

/** What a way to get nodes must do that asks nobody for any. */
export function describeNoClaims(setUp: () => ProvisionerWorld): void {
  describe('no claims', () => {
    test('are made: a Workspace waits, and is told what node it waits for', async () => {
      const world = setUp()
      const request = aNodeRequest({ existingNodes: 'Prefer' })
      expect(await world.provisioner.request(request, call)).toEqual([{ ordinal: 0, attempt: 0 }])
      const supply = await world.provisioner.supply(request, call)
      expect(supply).toMatchObject({ phase: 'blocked', reason: 'NoCapacity' })
      expect('message' in supply && supply.message).toMatch(
        /Standard_NC24ads_A100_v4.*kubectl label node <name> apps=phi-3/,
      )
      expect(world.claims()).toEqual([])
    })

    test('a node that comes is told to those who wait, and serves them', async () => {
      const world = setUp()
      const told: string[] = []
      const waiting = await world.provisioner.supply(aNodeRequest({ existingNodes: 'Prefer' }), call)
      world.provisioner.onChange(({ name }) => told.push(name))
      world.offer('gpu-1')
      expect(told).toEqual(['phi-3'])
      const request = aNodeRequest({ existingNodes: 'Prefer', slots: waiting.slots })
      expect(await world.provisioner.supply(request, call)).toMatchObject({ phase: 'missing' })
      const slots = await world.provisioner.request(request, call)
      expect(slots).toEqual([{ ordinal: 0, attempt: 0, nodeName: 'gpu-1' }])
      expect(await world.provisioner.supply({ ...request, slots }, call)).toMatchObject({ phase: 'ready' })
    })

    test('a node that another Workspace has is not waited for in vain: its end is seen', async () => {
      const world = setUp()
      world.offer('gpu-1')
      const [first, second] = ['a', 'b'].map((name) =>
        aNodeRequest({ existingNodes: 'Prefer', workspace: { name, namespace: 'default', uid: name } }),
      )
      if (!first || !second) throw new Error('there are two')
      await world.provisioner.request(first, call)
      expect(await world.provisioner.supply(second, call)).toMatchObject({ phase: 'blocked', reason: 'NoCapacity' })
      await world.provisioner.release(first.workspace, call)
      await world.advance(60_000)
      expect(await world.provisioner.supply(second, call)).toMatchObject({ phase: 'missing' })
      expect(await world.provisioner.request(second, call)).toMatchObject([{ nodeName: 'gpu-1' }])
    })

    test('who wants new nodes only is told that there are none', async () => {
      const { provisioner } = setUp()
      const supply = await provisioner.supply(aNodeRequest({ existingNodes: 'Never' }), call)
      expect(supply).toMatchObject({ phase: 'blocked', reason: 'InvalidRequest' })
      expect('message' in supply && supply.message).toMatch(/^resource\.existingNodes: /)
    })
  })
}
