import { CloudError } from '@kaito/cloud-provider'
import { describe, expect, test } from 'vitest'
import { CallBudget } from './call-budget.ts'
import { AZURE_CALL_LIMITS } from './call-limits.ts'

const put = (pool: string) => ({ name: 'putAgentPool', pool }) as const
const list = { name: 'listAgentPools', pool: undefined } as const

const get = { name: 'getAgentPool', pool: 'a' } as const

function waitOf(attempt: () => void): number | undefined {
  try {
    attempt()
  } catch (error) {
    if (error instanceof CloudError) return error.retryAfterMs
    throw error
  }
  return undefined
}

function budget(limits: ConstructorParameters<typeof CallBudget>[0] = AZURE_CALL_LIMITS) {
  const clock = { time: 0, monotonic: () => clock.time }
  return { clock, budget: new CallBudget(limits, { clock, onWait: () => undefined }) }
}

describe('call budget', () => {
  test('grants a burst, then the steady rate, and says when to come back', () => {
    const { clock, budget: calls } = budget()
    for (let call = 0; call < 60; call++) calls.spend(list)
    expect(() => calls.spend(list)).toThrow(expect.objectContaining({ reason: 'Throttled', retryAfterMs: 1000 }))
    clock.time = 400
    expect(() => calls.spend(list)).toThrow(expect.objectContaining({ retryAfterMs: 600 }))
    clock.time = 1000
    calls.spend(list)
    expect(() => calls.spend(list)).toThrow()
  })

  test('keeps tokens back from single reads for lists', () => {
    const { budget: calls } = budget()
    for (let call = 0; call < 55; call++) calls.spend(get)
    expect(() => calls.spend(get)).toThrow()
    for (let call = 0; call < 5; call++) calls.spend(list)
    expect(() => calls.spend(list)).toThrow()
  })

  test('reads before a deletion only when the deletion can follow', () => {
    const { clock, budget: calls } = budget()
    const remove = (pool: string) => {
      calls.setAside(pool)
      calls.spend({ name: 'getAgentPool', pool })
      return () => calls.spend({ name: 'deleteAgentPool', pool })
    }
    const deletions = Array.from({ length: 27 }, (_, index) => remove(`p${index}`))
    const turns = [28, 29, 30].map((index) => waitOf(() => remove(`p${index}`)))
    for (const finish of deletions) finish()
    expect(turns).toEqual([1000, 3000, 5000])
    clock.time = 1000
    remove('p28')()
  })

  test('takes back what was set aside for a deletion that was not needed', () => {
    const { budget: calls } = budget()
    for (let time = 0; time < 200; time++) {
      calls.setAside('a')
      calls.putBack('a')
    }
    calls.putBack('a')
    for (let call = 0; call < 60; call++) calls.spend(list)
    expect(() => calls.spend(list)).toThrow()
  })

  test('spreads callers that have to come back, each keeping its place', () => {
    const { clock, budget: calls } = budget()
    const read = (index: number) => waitOf(() => calls.spend({ name: 'getAgentPool', pool: `p${index}` }))
    for (let call = 0; call < 55; call++) calls.spend(get)
    const turns = Array.from({ length: 70 }, (_, index) => read(index))
    expect(turns.slice(0, 3)).toEqual([1000, 2000, 3000])
    expect(turns.at(-1)).toBe(60_000)
    clock.time = 500
    expect([read(0), read(2)]).toEqual([500, 2500])
    for (const [index, turn] of turns.slice(0, 50).entries()) {
      clock.time = turn ?? 0
      expect(read(index)).toBeUndefined()
    }
    expect(read(60)).toBe(11_000)
  })

  test('forgets a caller that does not come back', () => {
    const { clock, budget: calls } = budget({ ...AZURE_CALL_LIMITS, agentPools: { burst: 1, perSecond: 1 } })
    const read = (pool: string) => waitOf(() => calls.spend({ name: 'getAgentPool', pool }))
    expect([read('first'), read('lost'), read('next')]).toEqual([undefined, 1000, 2000])
    clock.time = 62_001
    expect([read('other'), read('next')]).toEqual([undefined, 1000])
  })

  test('counts creates per agent pool', () => {
    const { budget: calls } = budget()
    for (let call = 0; call < 20; call++) calls.spend(put('a'))
    expect(() => calls.spend(put('a'))).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }))
    calls.spend(put('b'))
  })

  test('counts all creates of the subscription together', () => {
    const { budget: calls } = budget()
    for (let pool = 0; pool < 200; pool++) calls.spend(put(`p${pool}`))
    expect(() => calls.spend(put('one-more'))).toThrow(expect.objectContaining({ retryAfterMs: 100 }))
  })

  test.each([
    ['TooManyRequests', undefined],
    ['SubscriptionRequestsThrottled', 9040],
  ])('holds back reads of agent pools after a 429 %s of Compute for %j ms', (code, waitMs) => {
    const { budget: calls } = budget()
    const usages = { name: 'listUsages', pool: undefined } as const
    calls.spend(usages)
    calls.pause(usages, code, 9000)
    expect(waitOf(() => calls.spend(usages))).toBe(9000)
    expect(waitOf(() => calls.spend(list))).toBe(waitMs)
  })

  test('tells each call that it holds back, and for how long', () => {
    const told: unknown[] = []
    const clock = { monotonic: () => 0 }
    const calls = new CallBudget(AZURE_CALL_LIMITS, { clock, onWait: (...wait) => told.push(wait) })
    for (let call = 0; call < 20; call++) calls.spend(put('a'))
    expect(told).toEqual([])
    expect(() => calls.spend(put('a'))).toThrow()
    expect(told).toEqual([['putAgentPool', 60_000]])
  })

  test('takes nothing for a call it holds back', () => {
    const { budget: calls } = budget()
    for (let call = 0; call < 20; call++) calls.spend(put('a'))
    for (let call = 0; call < 500; call++) expect(() => calls.spend(put('a'))).toThrow()
    for (let pool = 0; pool < 180; pool++) calls.spend(put(`p${pool}`))
    expect(() => calls.spend(put('q'))).toThrow()
  })

  test('pauses the bucket of whoever answered 429', () => {
    const { clock, budget: calls } = budget('off')
    calls.pause(put('a'), 'Throttled', 5000)
    expect(() => calls.spend(put('a'))).toThrow(expect.objectContaining({ retryAfterMs: 5000 }))
    calls.spend(put('b'))
    calls.pause(put('a'), 'SubscriptionRequestsThrottled', 9000)
    expect(() => calls.spend(put('b'))).toThrow(expect.objectContaining({ retryAfterMs: 9000 }))
    calls.spend(list)
    clock.time = 9000
    calls.spend(put('a'))
  })

  test('tells what is left of each limit, and nothing while Azure asks to wait', () => {
    const { clock, budget: calls } = budget()
    calls.spend(list)
    calls.spend(list)
    expect(calls.left()).toEqual({ reads: 248, writes: 200, deletes: 200, getManagedCluster: 60, agentPools: 58 })
    clock.time = 1_000
    expect(calls.left().agentPools).toBe(59)
    calls.pause(list, 'TooManyRequests', 5_000)
    expect(calls.left().reads).toBe(0)
    expect(budget('off').budget.left()).toEqual({})
  })

  test('forgets pools whose bucket is full again', () => {
    const { clock, budget: calls } = budget('off')
    for (let pool = 0; pool < 600; pool++) calls.spend(put(`p${pool}`))
    calls.pause(put('p0'), 'Throttled', 1e9)
    clock.time = 1e6
    for (let pool = 0; pool < 600; pool++) calls.spend(put(`q${pool}`))
    expect(() => calls.spend(put('p0'))).toThrow()
  })
})
