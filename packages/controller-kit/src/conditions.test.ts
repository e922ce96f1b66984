import { expect, test } from 'vitest'
import { mergeConditions } from './conditions.ts'

const T0 = '2030-01-01T00:00:00Z'
const T1 = '2030-01-01T00:05:00Z'

interface TestCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
}

const before: TestCondition = { type: 'Ready', status: 'False', reason: 'A', message: 'a', lastTransitionTime: T0 }

test.each<[rule: string, change: Partial<TestCondition>, times: { metav1: string; knative: string }]>([
  ['nothing moves no time', {}, { metav1: T0, knative: T0 }],
  ['a new reason moves the knative time alone', { reason: 'B' }, { metav1: T0, knative: T1 }],
  ['a new message moves the knative time alone', { message: 'b' }, { metav1: T0, knative: T1 }],
  ['a new status moves both times', { status: 'True' }, { metav1: T1, knative: T1 }],
])('%s', (_rule, change, times) => {
  const { lastTransitionTime, ...desired } = { ...before, ...change }
  const timeBy = (transitionOn: 'status' | 'any') =>
    mergeConditions<TestCondition>([before], [desired], { nowIso: T1, transitionOn })[0]?.lastTransitionTime
  expect({ metav1: timeBy('status'), knative: timeBy('any') }).toEqual(times)
})

test('sorts by type, keeps what it is not told about and stamps the generation on what it is', () => {
  const foreign: TestCondition = { type: 'Drifted', status: 'True', lastTransitionTime: T0 }
  const desired: TestCondition[] = [
    { type: 'Z', status: 'True' },
    { type: 'A', status: 'Unknown' },
  ]
  const merged = mergeConditions([foreign], desired, { nowIso: T1, transitionOn: 'any', observedGeneration: 3 })
  expect(merged).toEqual([
    { type: 'A', status: 'Unknown', observedGeneration: 3, lastTransitionTime: T1 },
    foreign,
    { type: 'Z', status: 'True', observedGeneration: 3, lastTransitionTime: T1 },
  ])
})

test('messages are one line that no terminal can be misled by, of bounded length', () => {
  const message = 'a\u001b[31mred\u202e\u2066evil\n\tb\u0007\u200b'
  const [written] = mergeConditions<TestCondition>([], [{ ...before, message }], { nowIso: T1, transitionOn: 'any' })
  expect(written?.message).toBe('a [31mred evil b')
  const [long] = mergeConditions<TestCondition>([], [{ ...before, message: 'x'.repeat(100_000) }], {
    nowIso: T1,
    transitionOn: 'any',
  })
  expect(long?.message).toHaveLength(4_096)
})
