import { expect, test } from 'vitest'
import { type Attempt, afterAttempt, type Step } from './after-attempt.ts'

const HOUR = 3_600_000
const limits = { firstMs: 5_000, mostMs: 300_000, deadlineMs: 24 * HOUR }
const target = { layer: '/mnt/layer/adapter.tar', base: 'r.io/base:1', image: 'r.io/me/adapter:1' }
const pushing = `Error: pushing image ${target.image}: `
const pulling = `Error: pulling ${target.base}: `

const REFUSED = [
  `${pushing}HEAD https://r.io/v2/me/adapter/manifests/1: unexpected status code 401 Unauthorized`,
  `${pushing}POST https://r.io/v2/me/adapter/blobs/uploads/: DENIED: requested access to the resource is denied`,
  `${pushing}POST https://r.io/v2/me/adapter/blobs/uploads/: UNAUTHORIZED: authentication required`,
  `${pushing}GET https://r.io/token?***: unexpected status code 403 Forbidden`,
  `${pushing}parsing config file (/mnt/docker/config.json): illegal base64 data at input byte 0`,
]
const UNAVAILABLE = [
  `${pushing}Get "https://r.io/v2/": dial tcp 10.1.2.3:443: connect: connection refused`,
  `${pushing}Get "https://r.io/v2/": dial tcp: lookup r.io on 10.0.0.10:53: no such host`,
  `${pushing}PUT https://r.io/v2/me/adapter/manifests/1: unexpected status code 503 Service Unavailable`,
  `${pushing}HEAD https://r.io/v2/me/adapter/manifests/1: unexpected status code 429 Too Many Requests`,
  `${pushing}POST https://r.io/v2/me/adapter/blobs/uploads/: NAME_UNKNOWN: repository name not known to registry`,
  `${pulling}GET https://r.io/v2/base/manifests/1: MANIFEST_UNKNOWN: manifest unknown`,
  'crane ended with SIGKILL',
]

const attempt = (error: string, more: Partial<Attempt> = {}): Attempt => ({
  error,
  failures: 1,
  elapsedMs: 0,
  ...more,
})

test.each([...REFUSED, ...UNAVAILABLE])('tries again after: %s', (error) => {
  expect(afterAttempt(attempt(error), target, limits)).toEqual({ do: 'retry', waitMs: 5_000 })
})

test.each<[failures: number, waitMs: number]>([
  [1, 5_000],
  [2, 10_000],
  [6, 160_000],
  [7, 300_000],
  [2_000, 300_000],
])('waits after failure %i for %i ms', (failures, waitMs) => {
  expect(afterAttempt(attempt('x', { failures }), target, limits)).toEqual({ do: 'retry', waitMs })
})

test('tries a last time when the deadline has come', () => {
  const late = attempt('x', { failures: 300, elapsedMs: limits.deadlineMs - 1_000 })
  expect(afterAttempt(late, target, limits)).toEqual({ do: 'retry', waitMs: 1_000 })
})

const given = (exitCode: number, ...words: string[]): Step[] =>
  words.map((word) => ({ do: 'giveUp', exitCode, sentence: expect.stringContaining(word) }))

test.each(REFUSED)('is told apart at the deadline: %s', (error) => {
  const step = afterAttempt(attempt(error, { elapsedMs: limits.deadlineMs }), target, limits)
  for (const wanted of given(77, target.image, '24 h', error, 'push Secret')) expect(step).toEqual(wanted)
})

test.each(UNAVAILABLE)('ends for want of a registry at the deadline: %s', (error) => {
  const step = afterAttempt(attempt(error, { elapsedMs: limits.deadlineMs }), target, limits)
  const name = error.startsWith(pulling) ? `base image ${target.base}` : target.image
  for (const wanted of given(75, name, '24 h', error, 'registry can be reached')) expect(step).toEqual(wanted)
})

test.each<[rule: string, error: string, exitCode: number, words: string[]]>([
  [
    'a wrong name',
    `${pushing}parsing reference "${target.image}": could not parse reference: ${target.image}`,
    64,
    [target.image, 'correct output.image'],
  ],
  [
    'a wrong name of the base image',
    `${pulling}parsing reference "${target.base}": could not parse reference: ${target.base}`,
    64,
    [target.base, 'correct the base image'],
  ],
  [
    'a name that the registry does not take',
    `${pushing}POST https://r.io/v2/me/: NAME_INVALID: invalid name`,
    64,
    ['output.image'],
  ],
  [
    'a layer that is missing',
    `Error: appending [${target.layer}]: reading layer "${target.layer}": no such file`,
    65,
    [target.layer, 'run the tuning again'],
  ],
])('ends at once for %s', (_rule, error, exitCode, words) => {
  const step = afterAttempt(attempt(error), target, limits)
  for (const wanted of given(exitCode, ...words)) expect(step).toEqual(wanted)
})
