import type { Reason } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import type { RefusedChoice } from './choice-refusals.ts'
import { choiceText, everyChoiceRefused, launchRefusal } from './refusal.ts'

const onDemand = { capacityType: 'on-demand' as const, zone: undefined }

function refused(instanceType: string, reason: Reason, parts: Partial<RefusedChoice['refusal']> = {}): RefusedChoice {
  return {
    choice: { instanceType, ...onDemand },
    refusal: { reason, message: `no ${instanceType}`, until: 10, ...parts },
  }
}

test('says every choice and why each was refused, and when the first is worth a try', () => {
  const spot = { choice: { instanceType: 'c', capacityType: 'spot' as const, zone: '2' } }
  const all = [
    refused('a', 'QuotaExceeded', { until: 30 }),
    refused('b', 'NoCapacity', { until: 20 }),
    { ...refused('c', 'SkuNotAvailable', { until: 40 }), ...spot },
  ]
  expect(everyChoiceRefused(all)).toEqual({
    reason: 'QuotaExceeded',
    message:
      'none of 3 choices can be had now; a: QuotaExceeded, no a; b: NoCapacity, no b; c (spot, zone 2): SkuNotAvailable, no c',
    untilMs: 20,
  })
})

test("keeps to the cloud's own words for a claim with one choice", () => {
  expect(everyChoiceRefused([refused('a', 'NoCapacity')])).toEqual({
    reason: 'NoCapacity',
    message: 'no a',
    untilMs: 10,
  })
  expect(everyChoiceRefused([])).toBeUndefined()
})

test('fits a hundred choices into a condition and says how many are left out', () => {
  const all = Array.from({ length: 100 }, (_, nth) => refused(`size${nth}`, 'NoCapacity', { message: 'x'.repeat(900) }))
  const message = everyChoiceRefused(all)?.message ?? ''
  expect(message.length).toBeLessThanOrEqual(700)
  expect(message).toMatch(/^none of 100 choices .*; size0: NoCapacity, x+\.\.\.;.*; and \d+ more$/)
})

test('leaves room for the next try behind the longest words of a cloud', () => {
  const error = new CloudError('QuotaExceeded', 'y'.repeat(5_000), { remedy: 'ask for more' })
  expect(launchRefusal(error, 0, 0).message).toHaveLength(700)
})

test.each([
  [{ instanceType: 'a', ...onDemand }, 'a'],
  [{ instanceType: 'a', capacityType: 'spot' as const, zone: undefined }, 'a (spot)'],
  [{ instanceType: 'a', capacityType: 'on-demand' as const, zone: '1' }, 'a (zone 1)'],
])('words a choice %j as %s', (choice, text) => {
  expect(choiceText(choice)).toBe(text)
})
