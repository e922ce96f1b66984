import { describe, expect, test } from 'vitest'
import { AZURE_CALL_LIMITS, CallBudget } from './call-limits.ts'

const put = (pool: string) => ({ name: 'putAgentPool', pool }) as const
const list = { name: 'listAgentPools', pool: undefined } as const

function budget(limits: ConstructorParameters<typeof CallBudget>[0] = AZURE_CALL_LIMITS) {
  const clock = { time: 0, monotonic: () => clock.time }
  return { clock, budget: new CallBudget(limits, clock) }
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

  test('takes nothing for a call it holds back', () => {
    const { clock, budget: calls } = budget()
    for (let call = 0; call < 20; call++) calls.spend(put('a'))
    for (let call = 0; call < 500; call++) expect(() => calls.spend(put('a'))).toThrow()
    for (let pool = 0; pool < 180; pool++) calls.spend(put(`p${pool}`))
    clock.time = 0
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

  test('forgets pools whose bucket is full again', () => {
    const { clock, budget: calls } = budget('off')
    for (let pool = 0; pool < 600; pool++) calls.spend(put(`p${pool}`))
    calls.pause(put('p0'), 'Throttled', 1e9)
    clock.time = 1e6
    for (let pool = 0; pool < 600; pool++) calls.spend(put(`q${pool}`))
    expect(() => calls.spend(put('p0'))).toThrow()
  })
})
