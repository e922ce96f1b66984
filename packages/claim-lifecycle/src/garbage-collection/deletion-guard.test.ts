import { CloudError } from '@kaito/cloud-provider'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { createDeletionGuard } from './deletion-guard.ts'

const MINUTE = 60_000
const { signal } = new AbortController()

function aGuard() {
  const clock = createManualClock()
  const cloud = createFakeCloud({ clock })
  const eyes = { seeClearly: true }
  const guard = createDeletionGuard({ cloud, clock, seesClearly: () => eyes.seeClearly, settleMs: 15 * MINUTE })
  return { clock, cloud, eyes, guard }
}

test('row 14: nothing goes while a watch is dead, and for the settle time after it is back', async () => {
  const { clock, eyes, guard } = aGuard()
  await clock.advance(15 * MINUTE)
  expect(guard.allows()).toBe(true)
  eyes.seeClearly = false
  expect(guard.allows()).toBe(false)
  await clock.advance(60 * MINUTE)
  await guard.check(false, signal)
  eyes.seeClearly = true
  await clock.advance(14 * MINUTE)
  expect(guard.allows()).toBe(false)
  await clock.advance(MINUTE)
  expect(guard.allows()).toBe(true)
})

test('row 32: nothing goes in the first minutes of a process, and nothing for a cloud that does not answer', async () => {
  const { clock, cloud, guard } = aGuard()
  await clock.advance(14 * MINUTE)
  expect(guard.allows()).toBe(false)
  await clock.advance(MINUTE)
  expect(guard.allows()).toBe(true)
  cloud.inject({ do: 'refuse', on: 'health', error: new CloudError('CloudUnreachable', 'away') })
  await guard.check(true, signal)
  expect(guard.allows()).toBe(false)
})
