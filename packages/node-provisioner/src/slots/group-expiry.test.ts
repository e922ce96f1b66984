import { expect, test } from 'vitest'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { groupExpiry, groupLeftMs } from './group-expiry.ts'
import type { SlotView } from './slot-view.ts'

const MINUTE_MS = 60_000
const NOW = Date.UTC(2030, 0, 1, 12)
const TIMING = { now: NOW, groupDeadlineMs: 30 * MINUTE_MS }
const RETRY_AT = '2030-01-01T12:30:00Z'

interface Looks extends Partial<SlotState> {
  claimMinutesAgo?: number
  isMissing?: boolean
}

function view({ claimMinutesAgo, isMissing = false, ...state }: Looks, ordinal: number): SlotView {
  const { attempt = 0, claimName = `ws${ordinal}`, groupComplete } = state
  const next = { ordinal, attempt, claimName, ...(groupComplete ? { groupComplete } : {}) }
  const unknown = { nodeName: undefined, instanceType: undefined, reason: undefined, message: undefined }
  return {
    isMissing,
    mayTakeExisting: false,
    next,
    state: { ...next, phase: 'Creating', ...unknown, ...state },
    ...(claimMinutesAgo === undefined ? {} : { claimCreatedAtMs: NOW - claimMinutesAgo * MINUTE_MS }),
  }
}

const ready = (claimMinutesAgo: number, parts: Looks = {}): Looks => ({ phase: 'Ready', claimMinutesAgo, ...parts })
const refused = { phase: 'Blocked', reason: 'QuotaExceeded', message: 'no cores' } as const
const existing: Looks = { phase: 'Ready', claimName: undefined, nodeName: 'gpu-1' }
const expiredSlot = (ordinal: number, parts: Partial<SlotRecord> = {}): SlotRecord => {
  return { ordinal, attempt: 0, claimName: `ws${ordinal}`, retryAt: RETRY_AT, ...parts }
}

function expiryOf(looks: Looks[], parts: Partial<NodeRequest> = {}) {
  const request = aNodeRequest({ count: looks.length, allOrNothing: true, ...parts })
  return groupExpiry(looks.map(view), request, TIMING)
}

test.each<[rule: string, looks: Looks[], isOver: boolean]>([
  ['is over when one is not ready at the deadline', [ready(30), { claimMinutesAgo: 30 }], true],
  ['is not over before', [ready(30), { claimMinutesAgo: 29 }], false],
  ['counts from the youngest claim, also when that one is ready', [ready(5), { claimMinutesAgo: 90 }], false],
  ['is over when none is ready', [{ claimMinutesAgo: 30 }, { claimMinutesAgo: 31 }], true],
  ['is over whatever the other waits for', [ready(30), { ...refused, claimMinutesAgo: 30 }], true],
  ['is over while the other was never asked for', [ready(30), { isMissing: true }], true],
  ['is over while the other waits for its next attempt', [ready(30), { phase: 'Retrying', attempt: 3 }], true],
  ['is over when all that is ready is there anyway', [existing, { claimMinutesAgo: 30 }], true],
  ['has nothing to give back while no claim is there', [existing, { phase: 'Retrying' }], false],
  ['is not over once all are ready', [ready(90), ready(31)], false],
  ['is kept when a node is lost whose claim is there', [ready(90), { phase: 'NotReady', claimMinutesAgo: 90 }], false],
  [
    'is kept when a claim vanishes after all were ready',
    [ready(90, { groupComplete: true }), { attempt: 1, claimMinutesAgo: 60 }],
    false,
  ],
  [
    'is a new group when nothing of what was complete is left',
    [ready(90, { attempt: 1 }), { attempt: 1, claimMinutesAgo: 60 }],
    true,
  ],
])('a group %s', (...[, looks, isOver]) => {
  expect(expiryOf(looks)?.phase).toBe(isOver ? 'expired' : undefined)
  expect(expiryOf(looks, { allOrNothing: false })).toBeUndefined()
})

test('says how many were ready, what the first missing waited for, and when all is asked for again', () => {
  const message =
    '1 of 3 nodes were ready after 30 minutes, so none is kept; all are asked for again at 2030-01-01T12:30:00Z; node 2 was missing: QuotaExceeded: no cores'
  const expiry = expiryOf([ready(40), { claimMinutesAgo: 40 }, { ...refused, claimMinutesAgo: 40 }])
  expect(expiry).toMatchObject({ reason: 'GroupIncomplete', message, isRecorded: false })
  expect(expiry?.slots).toHaveLength(3)
  for (const slot of expiry?.slots ?? []) {
    expect(slot).toMatchObject({ phase: 'Retrying', retryAt: RETRY_AT, reason: 'GroupIncomplete', message })
  }
})

test('frees the existing nodes: they stay on nobody’s record', () => {
  const [slot] = expiryOf([existing, { claimMinutesAgo: 30 }])?.slots ?? []
  expect(slot).toMatchObject({ ordinal: 0, retryAt: RETRY_AT, nodeName: undefined })
  expect(slot).not.toHaveProperty('claimName')
})

test('waits as long as the whole group has failed, not as one slot of it', () => {
  const looks = [ready(40, { attempt: 2 }), { attempt: 7, claimMinutesAgo: 40 }]
  expect(expiryOf(looks)?.slots[0]?.retryAt).toBe('2030-01-01T14:00:00Z')
})

test.each<[rule: string, looks: Looks[], slots: SlotRecord[], isRecorded: boolean | undefined]>([
  [
    'all wait for the same time and a claim is there',
    [{ claimMinutesAgo: 30 }, { phase: 'Retrying' }],
    [expiredSlot(0), expiredSlot(1)],
    true,
  ],
  [
    'also for claims that end',
    [{ phase: 'NotReady', reason: 'Deleting', claimMinutesAgo: 30 }, { phase: 'Retrying' }],
    [expiredSlot(0), expiredSlot(1)],
    true,
  ],
  ['not when all became ready in between', [ready(30), ready(30)], [expiredSlot(0), expiredSlot(1)], undefined],
  [
    'not when no claim is left',
    [{ phase: 'Retrying' }, { phase: 'Retrying' }],
    [expiredSlot(0), expiredSlot(1)],
    undefined,
  ],
  [
    'not when the claims are those of the next attempt',
    [{ attempt: 1, claimMinutesAgo: 1 }, { isMissing: true }],
    [expiredSlot(0), expiredSlot(1)],
    undefined,
  ],
  [
    'not when one vanished alone',
    [ready(5), { phase: 'Retrying' }],
    [{ ordinal: 0, attempt: 0, claimName: 'ws0' }, expiredSlot(1)],
    undefined,
  ],
  [
    'not when each vanished by itself, as the record says',
    [{ claimMinutesAgo: 5 }, { phase: 'Retrying' }],
    [expiredSlot(0, { reason: 'ClaimGone' }), expiredSlot(1, { reason: 'ClaimGone' })],
    undefined,
  ],
  ['not when a slot is on no record', [{ claimMinutesAgo: 5 }, { isMissing: true }], [expiredSlot(0)], undefined],
])('gives back what the record says: %s', (...[, looks, slots, isRecorded]) => {
  expect(expiryOf(looks, { slots })?.isRecorded).toBe(isRecorded)
})

test('repeats the words of the record, and has some where it has none', () => {
  const looks: Looks[] = [{ claimMinutesAgo: 30 }, { claimMinutesAgo: 30 }]
  const told = { reason: 'GroupIncomplete', message: 'as told' }
  expect(expiryOf(looks, { slots: [expiredSlot(0, told), expiredSlot(1, told)] })).toMatchObject(told)
  const silent = expiryOf(looks, { slots: [expiredSlot(0), expiredSlot(1)] })
  expect(silent?.message).toContain(RETRY_AT)
})

test('only a group whose deadline runs is looked at again for it', () => {
  const request = aNodeRequest({ count: 2, allOrNothing: true })
  const left = (looks: Looks[], of = request) => groupLeftMs(looks.map(view), of, TIMING)
  expect(left([ready(10), { claimMinutesAgo: 12 }])).toBe(20 * MINUTE_MS)
  expect(left([ready(10), { claimMinutesAgo: 12 }], aNodeRequest({ count: 2 }))).toBeUndefined()
  expect(left([ready(10, { groupComplete: true }), { claimMinutesAgo: 12 }])).toBeUndefined()
})
