import { FAILED_LAUNCHES_ANNOTATION, RETRY_ANNOTATION } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import type { RefusedChoice } from './choice-refusals.ts'
import {
  failedLaunchAnnotation,
  failedLaunches,
  isAskedAnew,
  recordedChoices,
  refusalAnnotation,
  refusals,
} from './launch-record.ts'

const claim = (annotations: Record<string, string> = {}, generation = 1) =>
  machineAdapter.read(aMachine({ metadata: { annotations, generation } }))
const failure = (launch: number) => ({ launch, reason: 'NoCapacity', message: 'none' })

test('counts failed launches, however often one is written', () => {
  const first = failedLaunchAnnotation(claim(), failure(1))
  expect(failedLaunchAnnotation(claim(first), failure(1))).toEqual(first)
  const second = failedLaunchAnnotation(claim(first), failure(2))
  expect(failedLaunches(claim(second))).toEqual({ last: 2, counted: 2, reason: 'NoCapacity', message: 'none' })
})

test.each([
  ['a new generation', {}, 2],
  ['a new retry value', { [RETRY_ANNOTATION]: 'again' }, 1],
])('forgives with %s, but never uses a number twice', (_what, annotations, generation) => {
  const record = failedLaunchAnnotation(claim(), failure(3))
  const forgiven = claim({ ...record, ...annotations }, generation)
  expect(failedLaunches(forgiven)).toMatchObject({ last: 3, counted: 0 })
  const next = failedLaunchAnnotation(forgiven, failure(4))
  expect(failedLaunches(claim({ ...next, ...annotations }, generation))).toMatchObject({ last: 4, counted: 1 })
})

test('remembers when to ask again until the spec changes', () => {
  const refused = {
    times: 3,
    notBeforeMs: Date.parse('2026-01-01T12:00:00Z'),
    reason: 'QuotaExceeded',
    message: 'no quota',
  }
  const record = refusalAnnotation(claim(), refused)
  expect(refusals(claim(record))).toEqual(refused)
  expect(refusals(claim(record, 2))).toMatchObject({ times: 0, notBeforeMs: 0 })
})

test.each(['', 'no json', '[]', '{}', '{"last":"2"}', 'null'])('takes %j as nothing written', (text) => {
  expect(failedLaunches(claim({ [FAILED_LAUNCHES_ANNOTATION]: text }))).toMatchObject({ last: 0, counted: 0 })
})

const REFUSED = { times: 1, notBeforeMs: 0, reason: 'NoCapacity', message: 'none' }

function refusedChoice(instanceType: string, message = 'none', zone?: string): RefusedChoice {
  const choice = { instanceType, capacityType: 'spot' as const, zone }
  return { choice, refusal: { reason: 'NoCapacity', message, until: Date.parse('2026-01-01T12:00:00Z') } }
}

test('remembers which choices were refused, whatever becomes of the claim', () => {
  const choices = [refusedChoice('a'), refusedChoice('b', 'none', '1')]
  const record = refusalAnnotation(claim(), { ...REFUSED, choices })
  expect(recordedChoices(claim(record))).toEqual(choices)
  expect(recordedChoices(claim(record, 2))).toEqual(choices)
  expect(recordedChoices(claim())).toEqual([])
})

test('keeps the record of a hundred refused choices small', () => {
  const choices = Array.from({ length: 100 }, (_, index) => refusedChoice(`size${index}`, 'x'.repeat(2_000)))
  const record = refusalAnnotation(claim(), { ...REFUSED, choices })
  expect(JSON.stringify(record).length).toBeLessThan(8_000)
  expect(recordedChoices(claim(record))[0]?.choice).toEqual(choices[0]?.choice)
})

test('knows that refusals of an older spec or retry value are to be asked anew', () => {
  const record = refusalAnnotation(claim(), REFUSED)
  expect(isAskedAnew(claim())).toBe(false)
  expect(isAskedAnew(claim(record))).toBe(false)
  expect(isAskedAnew(claim(record, 2))).toBe(true)
  expect(isAskedAnew(claim({ ...record, [RETRY_ANNOTATION]: 'now' }))).toBe(true)
})

test.each([
  '{"choices":1}',
  '{"choices":[null,1,"x",{}]}',
  '{"choices":[{"instanceType":"a","capacityType":"other","reason":"NoCapacity","until":"2026-01-01T12:00:00Z"}]}',
  '{"choices":[{"instanceType":"a","capacityType":"spot","reason":"Nonsense","until":"2026-01-01T12:00:00Z"}]}',
  '{"choices":[{"instanceType":"a","capacityType":"spot","reason":"NoCapacity","until":"soon"}]}',
])('takes %s as no choice', (text) => {
  expect(recordedChoices(claim({ 'kaito.sh/launch-refusals': text }))).toEqual([])
})
