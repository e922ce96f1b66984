import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

type World = ReturnType<typeof createWorld>

/** Lets time pass in small steps, with a fresh process after each crash. */
async function live(world: World, ms: number): Promise<void> {
  const before = world.crash.crashes()
  let restarted = false
  for (let passed = 0; passed < ms; passed += 500) {
    await world.advance(500)
    if (!restarted && world.crash.crashes() > before) {
      world.restart()
      restarted = true
    }
  }
}

type Kind = 'Machine' | 'NodeClaim'

/** From a new claim to a ready node and, when it is deleted, back to nothing; `failures` spoil the first launches. */
async function wholeLife(world: World, kind: Kind, failures: number): Promise<void> {
  if (failures > 0) {
    world.cloud.inject({ do: 'failLaunch', afterMs: 5_000, reason: 'NoCapacity', message: 'none', times: failures })
  }
  if (kind === 'Machine') world.claim()
  else world.makeNodeClaim()
  await live(world, 61_000 + failures * 60_000)
  world.join()
  await live(world, 10_000)
  expect(kind === 'Machine' ? world.condition('Ready') : world.nodeClaimCondition('Ready')).toMatchObject({
    status: 'True',
  })
  expect(world.cloud.instances()).toHaveLength(1)
  world.cluster.delete(kind === 'Machine' ? world.machines : world.nodeClaims, 'ws0123456ab')
  await live(world, 120_000)
}

async function countEffects(kind: Kind, failures: number): Promise<number> {
  const world = createWorld()
  await wholeLife(world, kind, failures)
  return world.crash.effects()
}

test.each<[Kind, failures: number]>([
  ['Machine', 0],
  ['Machine', 1],
  ['NodeClaim', 0],
  ['NodeClaim', 1],
])(
  'N44, row 1: ends as without a crash, whichever effect the process dies at (%s, %i failed launches)',
  async (kind, failures) => {
    const total = await countEffects(kind, failures)
    expect(total).toBeGreaterThan(10)
    for (let nth = 1; nth <= total; nth += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = createWorld()
        world.crash.at(nth, when)
        await wholeLife(world, kind, failures)
        const end = {
          at: `${when} effect ${nth}`,
          crashes: world.crash.crashes(),
          launches: world.cloud.launches().map(({ launch }) => launch),
          left: [world.machine() ?? world.nodeClaim(), ...world.nodes(), ...world.cloud.instances()],
        }
        const expected = Array.from({ length: failures + 1 }, (_, index) => index + 1)
        expect(end).toEqual({ at: end.at, crashes: 1, launches: expected, left: [undefined] })
        world.stop()
      }
    }
  },
  60_000,
)

test('rows 1, 2: leaves nothing behind when the process dies and the claim is deleted before it is back', async () => {
  const total = await countEffects('Machine', 0)
  for (let nth = 1; nth <= total; nth += 1) {
    const world = createWorld()
    world.crash.at(nth, 'after')
    world.claim()
    for (let step = 0; step < 300 && world.crash.crashes() === 0; step += 1) {
      await world.advance(500)
      if (step === 125) world.join()
      if (step === 150) world.cluster.delete(world.machines, 'ws0123456ab')
    }
    expect(world.crash.crashes()).toBe(1)
    if (world.machine()) world.cluster.delete(world.machines, 'ws0123456ab')
    await world.advance(30_000)
    world.restart()
    await world.advance(180_000)
    expect({ nth, left: [world.machine(), ...world.nodes(), ...world.cloud.instances()] }).toEqual({
      nth,
      left: [undefined],
    })
    world.stop()
  }
})
