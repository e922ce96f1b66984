import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000

test.each(['Machine', 'NodeClaim'] as const)(
  'row 62: a %s that goes only with its definition keeps node and instance, says why, and goes on after approval',
  async (kind) => {
    const world = createWorld()
    const stored = () => (kind === 'Machine' ? world.machine() : world.nodeClaim())
    if (kind === 'Machine') world.claim()
    else world.makeNodeClaim()
    await world.advance(2 * MINUTE)
    world.join()
    await world.advance(MINUTE)
    world.guard.holdsDeletions = true
    world.cluster.delete(kind === 'Machine' ? world.machines : world.nodeClaims, 'ws0123456ab')
    await world.advance(60 * MINUTE)
    const [node] = world.nodes()
    expect(node?.metadata.deletionTimestamp).toBeUndefined()
    expect(node?.spec?.unschedulable).toBeFalsy()
    expect(world.cloud.terminations()).toEqual([])
    const messages = (stored()?.status?.conditions ?? []).map(({ message = '' }) => message)
    expect(messages.some((message) => message.startsWith(`the definition of ${kind} was deleted`))).toBe(true)
    world.guard.holdsDeletions = false
    await world.advance(5 * MINUTE)
    expect(stored()).toBeUndefined()
    expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
  },
)
