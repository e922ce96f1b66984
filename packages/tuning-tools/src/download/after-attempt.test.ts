import { expect, test } from 'vitest'
import { afterAttempt, type Outcome, type Step } from './after-attempt.ts'

const limits = { retries: 3, firstMs: 2_000, mostMs: 60_000 }
const broken: Outcome = { kind: 'broken', reason: 'other side closed' }
const answered = (status: number, retryAfterMs?: number): Outcome => ({ kind: 'answered', status, retryAfterMs })

test.each<[rule: string, outcome: Outcome, failures: number, step: Partial<Step>]>([
  ['ends with a whole file', { kind: 'whole' }, 3, { do: 'done' }],
  ['tries again after a broken connection', broken, 0, { do: 'retry', waitMs: 2_000, why: 'other side closed' }],
  ['waits longer each time', broken, 2, { do: 'retry', waitMs: 8_000 }],
  ['gives up after three more tries', broken, 3, { do: 'giveUp', exitCode: 75 }],
  ['tries again when the server is busy', answered(503), 0, { do: 'retry', waitMs: 2_000 }],
  ['tries again when the server was too slow', answered(408), 1, { do: 'retry', waitMs: 4_000 }],
  ['waits as long as the server asks', answered(429, 30_000), 0, { do: 'retry', waitMs: 30_000 }],
  ['waits no longer than its own limit', answered(429, 900_000), 0, { do: 'retry', waitMs: 60_000 }],
  ['waits no less than its own back-off', answered(429, 0), 1, { do: 'retry', waitMs: 4_000 }],
  ['gives up on a server that stays busy', answered(500), 3, { do: 'giveUp', exitCode: 75 }],
  ['gives up at once on a missing file', answered(404), 0, { do: 'giveUp', exitCode: 65 }],
  ['gives up at once on a refusal', answered(403), 0, { do: 'giveUp', exitCode: 65 }],
  ['takes no other success than 200', answered(206), 0, { do: 'giveUp', exitCode: 65 }],
  ['takes no redirect to nowhere', answered(302), 0, { do: 'giveUp', exitCode: 65 }],
])('%s', (_rule, outcome, failures, step) => {
  expect(afterAttempt(outcome, failures, limits)).toMatchObject(step)
})

test.each<[status: number, advice: string]>([
  [403, 'renew its signed address'],
  [404, 'correct the address'],
  [204, 'only 200'],
])('says of %i what to do', (status, advice) => {
  expect(afterAttempt(answered(status), 0, limits)).toMatchObject({ why: expect.stringContaining(advice) })
})
