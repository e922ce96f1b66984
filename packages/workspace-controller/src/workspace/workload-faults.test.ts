import { aWorkspace } from '@kaito/api/testing'
import { SERVICES } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { aWorldOf, facts, KINDS, toEnd, toWorkload } from '../testing/kinds-of-work.ts'
import { die, written } from '../testing/living.ts'
import { momentsOf, mortal } from '../testing/mortal.ts'
import { successor } from '../testing/successor.ts'
import { KEY } from '../testing/world.ts'

test.each(KINDS)(
  'rows 3, 4: whichever write a process dies at, before it or when the answer is lost, the next one ends with one %s',
  async (_name, kind) => {
    const expected = aWorldOf(kind)
    await toEnd(expected, kind)
    const moments = momentsOf(expected.cluster.writes.length)
    expect(moments.length).toBeGreaterThan(10)
    for (const moment of moments) {
      const world = aWorldOf(kind)
      const { world: dying, hasDied } = mortal(world, moment)
      await toEnd(dying, kind)
      expect(hasDied()).toBe(true)
      expect(facts(world, kind), JSON.stringify(moment)).toEqual(facts(expected, kind))
      await die(dying)
      expect(facts(world, kind)).toMatchObject({ machines: [], workloads: [], state: undefined })
    }
  },
)

test.each(KINDS)(
  'row 4: a %s whose creation nobody answered is found, though its cache stands still',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await world.pass()
    await world.pass()
    for (const cache of [world.caches.statefulSets, world.caches.jobs]) cache.pause()
    world.serveClaims()
    world.cluster.failWrite({
      when: 'after',
      matching: ({ resource, verb }) => resource === kind.plural && verb === 'create',
    })
    await expect(world.pass()).rejects.toThrow('the answer was lost')
    await world.pass()
    expect(written(world).filter((write) => write === `create ${kind.plural}`)).toHaveLength(1)
    expect(world.condition('ResourceReady')).toMatchObject({ status: 'True' })
  },
)

test.each(KINDS)(
  'row 5: a Workspace made again while the %s of the first still goes buys nothing, then shares nothing with it',
  async (_name, kind) => {
    const world = aWorldOf(kind)
    await toWorkload(world)
    const first = world.cluster.list(MACHINES).map(({ metadata }) => metadata.name)
    world.cluster.edit(kind.resource, KEY, ({ metadata }) => {
      metadata.finalizers = ['foregroundDeletion']
    })
    await die(world)
    world.submit(aWorkspace({ ...kind.parts, metadata: { uid: 'second' } }))
    for (let passes = 0; passes < 3; passes += 1) await world.pass()
    expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'Deleting' })
    expect(world.cluster.list(MACHINES)).toEqual([])
    world.cluster.vanish(kind.resource, KEY)
    for (const { metadata } of world.cluster.list(SERVICES)) world.cluster.vanish(SERVICES, `default/${metadata.name}`)
    await toEnd(world, kind)
    expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
    const second = world.cluster.list(MACHINES).map(({ metadata }) => metadata.name)
    expect(second).toHaveLength(first.length)
    expect(second.filter((name) => first.includes(name))).toEqual([])
    expect(world.cluster.get(kind.resource, KEY)?.metadata.ownerReferences).toMatchObject([{ uid: 'second' }])
  },
)

test.each(KINDS)(
  'row 12: a %s that another version of this software rendered is left as it is',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await toWorkload(world)
    await world.pass()
    world.cluster.edit(kind.resource, KEY, (standing) => {
      standing.spec = JSON.parse(JSON.stringify(standing.spec).replaceAll(/"image":"[^"]*"/g, '"image":"older:0.0.1"'))
    })
    const before = world.cluster.writes.length
    await world.pass()
    await successor(world).pass()
    expect(world.cluster.writes).toHaveLength(before)
  },
)
