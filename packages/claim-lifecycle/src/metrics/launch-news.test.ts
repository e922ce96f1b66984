import { expect, test } from 'vitest'
import type { Claim } from '../claim/claim.ts'
import { seen } from '../testing/observed.ts'
import { type LaunchNews, launchNews } from './launch-news.ts'

const met = { met: true, reason: undefined, message: undefined, sinceMs: 0 }
const failed = (last: number) => ({
  'kaito.sh/failed-launches': JSON.stringify({ last, forgiven: 0, reason: 'NoCapacity', generation: 1, retry: '' }),
})
const aClaim = (parts: Partial<Claim> = {}): Claim => ({ ...seen().claim, generation: 1, ...parts })
const READY = aClaim({ steps: { launched: met, registered: met, initialized: met } })
const DELETED = aClaim({ deletedAt: '2026-01-01T00:00:00Z' })
const FAILED_ONCE = aClaim({ annotations: failed(1) })
const FAILED_TWICE = aClaim({ annotations: failed(2) })

test.each<[what: string, before: Claim | undefined, now: Claim | undefined, news: LaunchNews | undefined]>([
  ['a claim that is seen for the first time is old news', undefined, READY, undefined],
  ['nothing of the launch has changed', aClaim(), aClaim({ labels: { a: 'b' } }), undefined],
  ['its node can be used', aClaim(), READY, { outcome: 'ready' }],
  ['it was ready before', READY, READY, undefined],
  ['a launch has failed', aClaim(), FAILED_ONCE, { outcome: 'failed', reason: 'NoCapacity' }],
  ['another launch has failed', FAILED_ONCE, FAILED_TWICE, { outcome: 'failed', reason: 'NoCapacity' }],
  ['the failure is written again', FAILED_ONCE, FAILED_ONCE, undefined],
  ['it is deleted on its way', aClaim(), DELETED, { outcome: 'deleted' }],
  ['it vanishes on its way', aClaim(), undefined, { outcome: 'deleted' }],
  ['it is deleted after it was ready', READY, aClaim({ ...READY, deletedAt: '2026-01-01T00:00:00Z' }), undefined],
])('%s', (_what, before, now, news) => {
  expect(launchNews(before, now)).toEqual(news)
})
