import type { Machine, NodeClaim } from '@kaito/api'
import { describe, expect, test } from 'vitest'
import { machineLeftByKaito, nodeClaimLeftByKaito, nodeLeftByKaito } from '../testing/kaito-claims.ts'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const MINUTE = 60_000
const PROVIDER_ID = `fake:///${NAME}`
const LEFT = { name: NAME, uid: UID, providerID: PROVIDER_ID }

/** A world in which KAITO's own provisioner has served a claim, and ours starts now. */
function takenOver(kind: 'Machine' | 'NodeClaim', pool: { madeByKaito?: boolean; providerIDs?: string[] } = {}) {
  const world = createWorld()
  world.stop()
  world.cloud.plant({ name: NAME, madeByKaito: true, ...pool })
  const claim = kind === 'Machine' ? machineLeftByKaito(LEFT) : nodeClaimLeftByKaito(LEFT)
  const resource = kind === 'Machine' ? world.machines : world.nodeClaims
  if (claim.kind === 'Machine') world.cluster.put<Machine>(world.machines, claim)
  else world.cluster.put<NodeClaim>(world.nodeClaims, claim)
  world.cluster.put(world.nodeResource, nodeLeftByKaito(claim, PROVIDER_ID))
  world.restart()
  const stored = () => (kind === 'Machine' ? world.machine(NAME) : world.nodeClaim(NAME))
  return {
    ...world,
    stored,
    remove: () => world.cluster.delete(resource, NAME),
    reasons: () => world.events.map(({ reason }) => reason),
    isReady: () => stored()?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  }
}

describe.each(['Machine', 'NodeClaim'] as const)('decision 6: a %s that KAITO served', (kind) => {
  test('is taken over with one mark and one event, and stays ready', async () => {
    const world = takenOver(kind)
    await world.advance(10 * MINUTE)
    expect(world.cloud.adoptions()).toMatchObject([{ name: NAME, claimUid: UID, providerID: PROVIDER_ID, launch: 1 }])
    expect(world.reasons()).toEqual(['Adopted'])
    expect(world.isReady()).toBe(true)
    expect(world.cloud.launches()).toEqual([])
    expect(world.nodes()[0]?.metadata.labels).toMatchObject({ 'kaito.sh/claim-uid': UID })
  })

  test('ends like one of ours when it is deleted', async () => {
    const world = takenOver(kind)
    await world.advance(MINUTE)
    world.remove()
    await world.advance(10 * MINUTE)
    expect(world.stored()).toBeUndefined()
    expect(world.nodes()).toEqual([])
    expect(world.cloud.terminations()).toEqual([NAME])
    expect(world.cloud.instances()).toEqual([])
  })

  test('is taken over first when it was deleted before', async () => {
    const world = takenOver(kind)
    world.remove()
    await world.advance(10 * MINUTE)
    expect(world.cloud.adoptions()).toHaveLength(1)
    expect(world.stored()).toBeUndefined()
    expect(world.cloud.instances()).toEqual([])
  })

  test('is taken over once, whatever dies on the way', async () => {
    for (const when of ['before', 'after'] as const) {
      const world = takenOver(kind)
      world.cloud.inject({
        do: 'loseAnswer',
        on: 'adopt',
        when: when === 'before' ? 'beforeApplying' : 'afterApplying',
      })
      await world.advance(10 * MINUTE)
      world.restart()
      await world.advance(10 * MINUTE)
      expect(world.cloud.adoptions()).toHaveLength(1)
      expect(world.isReady()).toBe(true)
    }
  })

  test.each([
    ['its node is not of that instance', { providerIDs: ['fake:///another'] }],
    ["the instance only looks like KAITO's by its name", { madeByKaito: false }],
  ])('row 58: is not taken over when %s: told once, nothing is touched, and its node works on', async (_why, pool) => {
    const world = takenOver(kind, pool)
    const before = world.cloud.instances()
    await world.advance(60 * MINUTE)
    expect(world.cloud.instances()).toEqual(before)
    expect(world.reasons()).toEqual(['NameConflict'])
    expect(world.isReady()).toBe(true)
    world.remove()
    await world.advance(60 * MINUTE)
    expect(world.cloud.instances()).toEqual(before)
    expect(world.nodes()).toHaveLength(1)
    const conditions = world.stored()?.status?.conditions ?? []
    expect(conditions.some(({ message = '' }) => message.includes('delete that instance in the cloud'))).toBe(true)
    world.cloud.vanish(NAME)
    await world.advance(5 * MINUTE)
    expect(world.stored()).toBeUndefined()
  })
})
