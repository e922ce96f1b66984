import { expect, test } from 'vitest'
import { aLiving, die, live, remains, written } from '../testing/living.ts'
import type { World } from '../testing/world.ts'

const LIFE = [
  'patch workspaces',
  'create machines',
  'patch workspaces status',
  'create services',
  'create deployments',
  'patch workspaces status',
  'patch workspaces status',
  'delete deployments',
  'delete machines',
  'patch workspaces',
]

test('a whole life takes these writes and no other', async () => {
  const world = aLiving()
  await live(world)
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True', observedGeneration: 1 })
  await die(world)
  expect(world.workspace()).toBeUndefined()
  expect(written(world)).toEqual(LIFE)
})

test('nothing is written while nothing changes', async () => {
  const world = aLiving()
  await live(world)
  const before = world.cluster.writes.length
  await world.clock.advance(10 * 60_000)
  for (let passes = 0; passes < 3; passes += 1) await world.pass()
  expect(world.cluster.writes).toHaveLength(before)
})

const crashes = LIFE.flatMap((write, index) =>
  (['before', 'after'] as const).map((when) => ({
    name: `${when} write ${index + 1} (${write})`,
    nth: index + 1,
    when,
  })),
)

test.each(crashes)('a fault $name ends in the same world', async ({ nth, when }) => {
  const expected = aLiving()
  await live(expected)
  const world = aLiving()
  world.cluster.failWrite({ nth, when })
  const stubborn: World = { ...world, pass: () => world.pass().catch(world.pass) }
  await live(stubborn)
  expect(remains(world)).toEqual(remains(expected))
  await die(stubborn)
  expect(remains(world)).toMatchObject({ machines: [], deployments: [], workspaces: [] })
})

test.each([0, 1, 2, 3, 4])('a Workspace deleted after %i passes leaves no claim and no Deployment', async (passes) => {
  const world = aLiving()
  const steps = [world.pass, world.pass, async () => world.serveClaims(), world.pass, async () => world.startModel()]
  for (const step of steps.slice(0, passes)) await step()
  await die(world)
  expect(remains(world)).toMatchObject({ machines: [], deployments: [], workspaces: [] })
})
