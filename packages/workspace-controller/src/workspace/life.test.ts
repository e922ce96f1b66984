import { DEPLOYMENTS, PODS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { aLiving, die, live, remains, written } from '../testing/living.ts'
import { KEY, type World } from '../testing/world.ts'

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

const PULLS = ['ErrImagePull', 'ImagePullBackOff']

/** A Pod whose image is pulled in vain, again and again. */
function pullInVain({ cluster }: World, turn: number): void {
  const reason = PULLS[turn % PULLS.length] ?? ''
  const message =
    reason === 'ErrImagePull' ? `dial tcp 10.0.0.4:${40_000 + turn}: refused` : 'Back-off pulling image "a"'
  const state = { waiting: { reason, message } }
  if (cluster.get(PODS, 'default/phi-3-x')) cluster.vanish(PODS, 'default/phi-3-x')
  cluster.put(PODS, {
    metadata: { name: 'phi-3-x', namespace: 'default', labels: { 'kaito.sh/workspace': 'phi-3' } },
    status: { containerStatuses: [{ name: 'phi-3', ready: false, restartCount: 0, state }] },
  })
}

/** Somebody has begun to serve the claims. */
async function takeUp({ pass, clock, cluster }: World): Promise<void> {
  await pass()
  await pass()
  const lastTransitionTime = new Date(clock.now()).toISOString()
  for (const { metadata } of cluster.list(MACHINES)) {
    cluster.edit(MACHINES, metadata.name, (machine) => {
      const launched = { type: 'MachineLaunched', status: 'False' as const, reason: 'PoolCreating', lastTransitionTime }
      machine.status = { conditions: [launched] }
    })
  }
}

interface Quiet {
  parts?: Parameters<typeof aLiving>[0]
  reach?: (world: World) => Promise<void>
  /** What goes on all the same. */
  meanwhile?: (world: World, turn: number) => void
}

test.each<[state: string, reason: string, quiet: Quiet]>([
  ['its nodes come', 'PoolCreating', { reach: takeUp }],
  ['it is refused', 'UnknownPreset', { parts: { inference: { preset: { name: 'gpt-9', accessMode: 'public' } } } }],
  ['its model answers', 'WorkspaceReady', { reach: live }],
  [
    'its image is pulled in vain',
    'ImagePullError',
    {
      async reach(world) {
        await live(world)
        world.cluster.edit(DEPLOYMENTS, KEY, ({ status }) => Object.assign(status ?? {}, { readyReplicas: 0 }))
      },
      meanwhile: pullInVain,
    },
  ],
])('nothing is written or told anew while %s', async (_state, reason, { parts, reach, meanwhile }) => {
  const world = aLiving(parts)
  await reach?.(world)
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) {
      meanwhile?.(world, turn)
      await world.pass()
    }
  }
  await turns(2)
  expect(world.condition('WorkspaceReady')?.reason).toBe(reason)
  const before = { writes: world.cluster.writes.length, events: world.events.length }
  await world.clock.advance(20 * 60_000)
  await turns(5)
  expect({ writes: world.cluster.writes.length, events: world.events.length }).toEqual(before)
})

test('a Deployment that another version of this software rendered is left as it is', async () => {
  const world = aLiving()
  await live(world)
  world.cluster.edit(DEPLOYMENTS, KEY, ({ spec }) => {
    const [container] = spec?.template.spec.containers ?? []
    Object.assign(container ?? {}, { image: 'registry.example/older:0.0.1', startupProbe: { periodSeconds: 1 } })
    Object.assign(spec ?? {}, { progressDeadlineSeconds: 1 })
  })
  world.startModel()
  const before = world.cluster.writes.length
  await world.pass()
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
