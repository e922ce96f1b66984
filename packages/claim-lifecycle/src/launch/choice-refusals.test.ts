import { expect, test } from 'vitest'
import { createChoiceRefusals } from './choice-refusals.ts'

const choice = { instanceType: 'a', capacityType: 'spot' as const, zone: '1' }
const refusal = { reason: 'NoCapacity' as const, message: 'none', until: 1_000 }

test('remembers a refusal for its size, priority and zone, until its time', () => {
  const refusals = createChoiceRefusals()
  refusals.remember(choice, refusal)
  expect(refusals.of(choice, 999)).toBe(refusal)
  expect(refusals.of(choice, 1_000)).toBeUndefined()
  const others = [
    { ...choice, instanceType: 'b' },
    { ...choice, zone: undefined },
  ]
  expect(others.map((other) => refusals.of(other, 0))).toEqual([undefined, undefined])
  expect(refusals.of({ ...choice, capacityType: 'on-demand' }, 0)).toBeUndefined()
})

test('forgets it with a success', () => {
  const refusals = createChoiceRefusals()
  refusals.remember(choice, refusal)
  refusals.forget(choice)
  expect(refusals.of(choice, 0)).toBeUndefined()
})

test('takes in what an earlier process wrote, and keeps what it knows longer', () => {
  const refusals = createChoiceRefusals()
  refusals.restore([{ choice, refusal }])
  expect(refusals.of(choice, 0)).toBe(refusal)
  const later = { ...refusal, until: 2_000 }
  refusals.remember(choice, later)
  refusals.restore([{ choice, refusal }])
  expect(refusals.of(choice, 0)).toBe(later)
})
