import { describe, expect, test } from 'vitest'
import { usagesOf } from '../testing/compute-facts.ts'
import { LaunchesUnderWay } from './launches-under-way.ts'

/** Launches of 24 vCPUs each, and Azure's count beside them. */
function scene() {
  const underWay = new LaunchesUnderWay()
  let at = 0
  const next = () => {
    at += 1
    return at
  }
  return {
    launch: (pool: string, used: number) =>
      underWay.add(pool, { quotas: ['f', 'cores'], vCpus: 24, used: new Map([['f', used]]), at: next() }),
    read: (used: number, begunAt = next()) => underWay.counted(usagesOf({ f: [used, 1000] }), begunAt),
    list: (creating: string[], begunAt = next()) => underWay.listed(new Set(creating), { begunAt, endedAt: next() }),
    beyond: (used: number, except = '') => underWay.beyond('f', used, except),
    next,
    underWay,
  }
}

describe('launches under way', () => {
  test('count in full while Azure counts none of them', () => {
    const { launch, beyond } = scene()
    expect(beyond(0)).toBe(0)
    launch('ws1', 0)
    launch('ws2', 0)
    expect(beyond(0)).toBe(48)
    expect(beyond(0, 'ws2')).toBe(24)
  })

  test('do not count twice when Azure counts them before they are over', () => {
    const { launch, read, beyond } = scene()
    launch('ws1', 10)
    launch('ws2', 10)
    read(34)
    expect(beyond(34)).toBe(24)
    read(58)
    expect(beyond(58)).toBe(0)
  })

  test('count until a reading that began after the list showed them over', () => {
    const { launch, list, read, next, beyond, underWay } = scene()
    launch('ws1', 0)
    list(['ws1'])
    read(0)
    expect(beyond(0)).toBe(24)
    const early = next()
    list([])
    read(0, early)
    expect(underWay.has('ws1')).toBe(true)
    read(24)
    expect(underWay.has('ws1')).toBe(false)
    expect(beyond(24)).toBe(0)
  })

  test('are not taken for over by a list that began before them', () => {
    const { launch, list, read, next, underWay } = scene()
    const begunAt = next()
    launch('ws1', 0)
    list([], begunAt)
    read(0)
    expect(underWay.has('ws1')).toBe(true)
  })

  test('are not counted too high when other machines go meanwhile', () => {
    const { launch, read, beyond } = scene()
    launch('ws1', 96)
    read(48)
    expect(beyond(48)).toBe(24)
    read(72)
    expect(beyond(72)).toBe(0)
  })

  test('count no more when they made nothing', () => {
    const { launch, underWay, beyond } = scene()
    launch('ws1', 0)
    underWay.release('ws1')
    expect(beyond(0)).toBe(0)
  })
})
