import { expect, test } from 'vitest'
import { aboutAnswers, unseen } from './item.ts'
import { findingsOf, tableOf } from './report.ts'

const items = [
  aboutAnswers(['N1', 'the spec never changes', 'a change looks applied']),
  aboutAnswers(['N2', 'time is limited', 'nodes live too long']),
  unseen('N10', 'words of the cloud', 'not seen'),
]
const answer = (item: string, got: 'accepted' | 'refused') =>
  ({ item, what: 'a change', expected: 'refused', got, message: 'fine' }) as const
const evidence = (second: 'accepted' | 'refused') => ({
  answers: [answer('N1', 'refused'), answer('N2', second)],
  lives: {},
  pool: undefined,
  missing: {},
})

test('a failure says what was seen and what it means', () => {
  expect(tableOf(findingsOf(items, evidence('accepted'), {}))).toBe(
    [
      'N1   pass            the spec never changes',
      'N2   fail            time is limited: a change was accepted: fine',
      '                     → nodes live too long',
      'N10  not applicable  words of the cloud: not seen',
      '3 items: 1 pass, 1 fail, 0 differs, 1 not applicable',
    ].join('\n'),
  )
})

test('an exception makes a failure a difference, and is told where it is not needed', () => {
  const exceptions = { N1: 'an old version', N2: 'on purpose' }
  expect(findingsOf(items, evidence('accepted'), exceptions)).toMatchObject([
    { item: 'N1', result: 'pass', detail: 'listed as an exception, which it is not: an old version' },
    { item: 'N2', result: 'differs', detail: 'on purpose (seen: a change was accepted: fine)' },
    { item: 'N10', result: 'not applicable' },
  ])
})
