import { describe, expect, test } from 'vitest'
import { PoolLimit } from './pool-limit.ts'

function scene({ isOff = false }: { isOff?: boolean } = {}) {
  const warned: object[] = []
  const limit = new PoolLimit({ warn: (facts) => warned.push(facts) }, isOff)
  const list = (count: number, mark = limit.mark()) => limit.listed(new Set(names(count)), mark)
  return { limit, warned, list }
}

const names = (count: number, prefix = 'p') => Array.from({ length: count }, (_, index) => `${prefix}${index}`)
const reached = (message: string) => expect.objectContaining({ reason: 'LimitReached', message })

describe('the most agent pools of a cluster', () => {
  test('row 78: are counted from the last list and the launches since', () => {
    const { limit, list } = scene()
    list(98)
    limit.admit('ws1')
    limit.admit('ws2')
    expect(() => limit.admit('ws3')).toThrow(
      reached('the cluster has 100 agent pools, and 100 is the most that AKS allows'),
    )
    limit.release('ws2')
    limit.admit('ws3')
  })

  test('have room for a launch that is repeated, listed or not', () => {
    const { limit, list } = scene()
    list(99)
    limit.admit('ws1')
    limit.admit('ws1')
    limit.admit('p0')
    expect(() => limit.admit('ws2')).toThrow()
  })

  test('forget what a list no longer shows, except what was launched while it ran', () => {
    const { limit, list } = scene()
    list(99)
    limit.admit('ws1')
    const mark = limit.mark()
    list(99, mark - 1)
    expect(() => limit.admit('ws2')).toThrow()
    list(99, mark)
    limit.admit('ws2')
  })

  test("are the cluster's own where it names them, and that is asked before anything is refused", () => {
    const { limit, list } = scene()
    list(100)
    expect(limit.asksForFacts('ws1')).toBe(true)
    limit.learn(120)
    expect(limit.asksForFacts('ws1')).toBe(false)
    limit.admit('ws1')
    limit.learn(undefined)
    limit.admit('ws2')
    limit.learn(100)
    expect(() => limit.admit('ws3')).toThrow()
  })

  test('are warned of once at four fifths, and again only after there was room', () => {
    const { list, limit, warned } = scene()
    list(79)
    expect(warned).toEqual([])
    limit.admit('ws1')
    list(81)
    list(85)
    expect(warned).toEqual([{ pools: 80, most: 100 }])
    list(10)
    list(80)
    expect(warned).toHaveLength(2)
  })

  test('do not count where nothing is limited', () => {
    const { limit, list } = scene({ isOff: true })
    list(300)
    limit.admit('ws1')
    expect(limit.asksForFacts('ws2')).toBe(false)
  })
})
