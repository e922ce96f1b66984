import type { Workspace } from '@kaito/api'
import { DEPLOYMENTS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { aWorldOf, facts, KINDS, toEnd } from '../testing/kinds-of-work.ts'
import { aLiving, die, live, remains } from '../testing/living.ts'
import { momentsOf, mortal } from '../testing/mortal.ts'
import { KEY, type World } from '../testing/world.ts'
import { WORKSPACES } from './workspaces.ts'

const preset = { name: 'phi-3-mini-4k-instruct', accessMode: 'public' as const }
const adapted: NonNullable<Workspace['inference']> = {
  preset,
  adapters: [{ source: { name: 'a', image: 'registry.example/a:1' }, strength: '0.5' }],
}

/** A served Workspace gets an adapter, and answers again with it. */
async function adapt({ cluster, pass, startModel }: World): Promise<void> {
  cluster.edit(WORKSPACES, KEY, (workspace) => {
    workspace.inference = adapted
    workspace.metadata.generation = 2
  })
  await pass()
  startModel()
  await pass()
}

test.each(momentsOf(3))(
  'an adapter comes although its process dies at write $nth, $when it is applied',
  async (moment) => {
    const [expected, world] = [aLiving(), aLiving()]
    await live(expected)
    await adapt(expected)
    await live(world)
    const { world: dying, hasDied } = mortal(world, moment)
    await adapt(dying)
    expect(hasDied()).toBe(true)
    expect(remains(world)).toEqual(remains(expected))
    expect(world.cluster.get(DEPLOYMENTS, KEY)?.spec).toEqual(expected.cluster.get(DEPLOYMENTS, KEY)?.spec)
  },
)

test.each(KINDS)(
  'a Workspace with a %s goes whichever write of its deletion a process dies at',
  async (_name, kind) => {
    const expected = aWorldOf(kind)
    await toEnd(expected, kind)
    const before = expected.cluster.writes.length
    await die(expected)
    const moments = momentsOf(expected.cluster.writes.length - before)
    expect(moments.length).toBeGreaterThan(5)
    for (const moment of moments) {
      const world = aWorldOf(kind)
      await toEnd(world, kind)
      const { world: dying, hasDied } = mortal(world, moment)
      await die(dying)
      expect(hasDied(), JSON.stringify(moment)).toBe(true)
      // A claim whose deletion nobody answered is asked for again by the next process, whose claim ends later.
      world.finishClaims()
      if (world.workspace()) await dying.pass()
      expect(facts(world, kind), JSON.stringify(moment)).toMatchObject({
        machines: [],
        workloads: [],
        state: undefined,
      })
      expect(world.cluster.list(MACHINES)).toEqual([])
    }
  },
)
