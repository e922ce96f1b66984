import { describe, expect, test } from 'vitest'
import { NODES } from '../core-resources.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { aDefinition } from '../testing/definition.ts'
import { createFakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { DEFINITIONS, type NeededKind } from './definition-fault.ts'
import { createServedKinds } from './served-kinds.ts'

const WIDGETS: Resource<KubernetesObject> = {
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
}
const NAME = 'widgets.example.com'
const old = aDefinition(WIDGETS, { schema: { openAPIV3Schema: { properties: { spec: {} } } } })

function aLook() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const log = createMemoryLog()
  const stop = new AbortController()
  const kinds = [{ resource: WIDGETS, fields: ['status'], comesWith: 'the chart widgets' }]
  const served = createServedKinds({ client: cluster.client, clock, log, kinds })
  const seen: string[] = []
  const follow = async () => {
    void served.untilServed(stop.signal).then(() => seen.push('all'))
    void served.untilServed(stop.signal, WIDGETS).then(() => seen.push('widgets'))
    await served.follow(stop.signal)
    seen.push('over')
  }
  const said = () =>
    log.lines.filter(({ level }) => level !== 'debug').map(({ level, fields }) => [level, fields.fault])
  const fault = () => served.fault(WIDGETS)
  return { clock, cluster, log, served, seen, follow, said, fault, stop: () => stop.abort() }
}

test('a kind that is there is served after one look, without a word', async () => {
  const { clock, cluster, seen, follow, said, fault } = aLook()
  cluster.put(DEFINITIONS, aDefinition(WIDGETS))
  expect(fault()).toBe('not read yet')
  void follow()
  await clock.settle()
  expect(seen.sort()).toEqual(['all', 'over', 'widgets'])
  expect(said()).toEqual([])
  expect(fault()).toBeUndefined()
  expect(clock.pending()).toBe(0)
})

test('one that is missing, or drops a field, is said once each, with the remedy, and picked up when it fits', async () => {
  const { clock, cluster, log, seen, follow, said, fault } = aLook()
  void follow()
  await clock.advance(60_000)
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'a needed definition does not fit, waiting for it',
      fields: {
        definition: NAME,
        fault: 'is not installed',
        remedy: 'install the one of this release, it comes with the chart widgets',
      },
    },
  ])
  cluster.put(DEFINITIONS, old)
  await clock.advance(60_000)
  expect(fault()).toBe('would drop status: install the one of this release, it comes with the chart widgets')
  expect(seen).toEqual([])
  cluster.edit(DEFINITIONS, NAME, (definition) => Object.assign(definition, aDefinition(WIDGETS)))
  await clock.advance(5_000)
  expect(seen.sort()).toEqual(['all', 'over', 'widgets'])
  expect(said()).toEqual([
    ['warn', 'is not installed'],
    ['warn', 'would drop status'],
    ['info', undefined],
  ])
})

test('without the right to read definitions it goes on unchecked, and says so once', async () => {
  const { clock, cluster, seen, follow, said } = aLook()
  cluster.failReads(new ApiError({ status: 403, reason: 'Forbidden', message: 'no' }))
  void follow()
  await clock.advance(60_000)
  expect(seen.sort()).toEqual(['all', 'over', 'widgets'])
  expect(said()).toEqual([['warn', undefined]])
})

test.each([
  ['unreachable', new ApiUnreachable('away')],
  ['overloaded', new ApiError({ status: 429, reason: 'TooManyRequests', message: 'later' })],
])('while the server is %s it asks again, and says so once', async (_case, error) => {
  const { clock, cluster, seen, follow, said, fault } = aLook()
  cluster.put(DEFINITIONS, aDefinition(WIDGETS))
  cluster.failReads(error)
  void follow()
  await clock.advance(60_000)
  expect(fault()).toBe('cannot be read')
  cluster.failReads(undefined)
  await clock.advance(5_000)
  expect(seen.sort()).toEqual(['all', 'over', 'widgets'])
  expect(said().map(([level]) => level)).toEqual(['warn', 'info'])
})

describe('kinds that need not all be there', () => {
  const kind = (plural: string, needed: NeededKind['needed']): NeededKind & { name: string } => ({
    name: `${plural}.example.com`,
    resource: { ...WIDGETS, plural },
    fields: [],
    comesWith: 'the chart widgets',
    ...(needed && { needed }),
  })

  function aChoice() {
    const clock = createManualClock()
    const cluster = createFakeCluster({ clock })
    const log = createMemoryLog()
    const stop = new AbortController()
    const [one, other, extra] = [kind('ones', 'any'), kind('others', 'any'), kind('extras', 'never')]
    const kinds = [one, other, extra]
    const served = createServedKinds({ client: cluster.client, clock, log, kinds })
    const seen: string[] = []
    const install = ({ resource }: NeededKind) => cluster.put(DEFINITIONS, aDefinition(resource))
    void served.untilServed(stop.signal).then(() => seen.push('enough'))
    for (const { name, resource } of kinds) void served.untilServed(stop.signal, resource).then(() => seen.push(name))
    const leftOut = () => kinds.filter(({ resource }) => served.isLeftOut(resource)).map(({ name }) => name)
    const start = () => void served.follow(stop.signal)
    return { clock, cluster, log, one, other, extra, served, seen, install, leftOut, start }
  }

  test('one of the alternatives is enough, and the rest is served when it appears', async () => {
    const { clock, one, other, extra, served, seen, install, leftOut, start } = aChoice()
    install(one)
    start()
    await clock.settle()
    expect(seen.sort()).toEqual(['enough', one.name])
    expect(leftOut()).toEqual([other.name, extra.name])
    install(other)
    install(extra)
    await clock.advance(15_000)
    expect(served.names()).toEqual([one.name, other.name, extra.name])
    expect(leftOut()).toEqual([])
  })

  test('without any of them it waits, whatever else is there', async () => {
    const { clock, one, extra, seen, install, leftOut, start } = aChoice()
    install(extra)
    start()
    await clock.advance(60_000)
    expect(seen).toEqual([extra.name])
    expect(leftOut()).toEqual([])
    install(one)
    await clock.advance(3_000)
    expect(seen).toContain('enough')
  })

  test('it begins only when all have been looked at', async () => {
    const { clock, cluster, seen, install, one, other, start } = aChoice()
    install(one)
    install(other)
    cluster.failReads(new ApiUnreachable('away'))
    start()
    await clock.advance(3_000)
    expect(seen).toEqual([])
    cluster.failReads(undefined)
    await clock.advance(3_000)
    expect(seen).toContain('enough')
  })

  test('what is left out is no warning, and nothing at all where nobody needs it', async () => {
    const { clock, log, one, install, start } = aChoice()
    install(one)
    start()
    await clock.settle()
    expect(log.lines.map(({ level, fields }) => [level, fields.fault])).toEqual([
      ['info', 'is not installed'],
      ['debug', 'is not installed'],
    ])
  })
})

test('nobody waits for a kind that was not named, and everybody stops with the process', async () => {
  const { clock, served, seen, follow, stop } = aLook()
  await served.untilServed(new AbortController().signal, NODES)
  void follow()
  await clock.settle()
  stop()
  await clock.settle()
  expect(seen).toContain('over')
  expect(clock.pending()).toBe(0)
})
