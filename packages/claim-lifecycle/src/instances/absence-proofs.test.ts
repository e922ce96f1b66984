import { expect, test } from 'vitest'
import { createAbsenceProofs } from './absence-proofs.ts'

const START = Date.parse('2026-01-01T12:00:00Z')

function world() {
  let elapsed = 0
  const proofs = createAbsenceProofs({ now: () => START + elapsed, monotonic: () => elapsed })
  const pass = (ms: number) => {
    elapsed += ms
  }
  return { proofs, pass }
}

const claim = { uid: 'u', createdAt: '2026-01-01T12:01:00Z' }
const inherited = { uid: 'u', createdAt: '2026-01-01T11:00:00Z' }

test('one answer proves that what was never launched does not exist', () => {
  const { proofs } = world()
  expect(proofs.of(claim, false)).toEqual({ proven: false, pausedMs: 0 })
  proofs.noteAbsent('u')
  expect(proofs.of(claim, false)).toEqual({ proven: true, pausedMs: 0 })
})

test('two answers, with a pause between them, are needed after a young launch', () => {
  const { proofs, pass } = world()
  proofs.launchSent('u')
  proofs.noteAbsent('u')
  expect(proofs.of(claim, true)).toEqual({ proven: false, pausedMs: 1_000 })
  expect(proofs.of(claim, false)).toEqual({ proven: false, pausedMs: 10_000 })
  pass(10_000)
  proofs.noteAbsent('u')
  expect(proofs.of(claim, false)).toMatchObject({ proven: true })
})

test('a launch that was certainly not carried out makes nothing young, and leaves an earlier one as young as it was', () => {
  const { proofs, pass } = world()
  proofs.launchSent('u')()
  proofs.noteAbsent('u')
  expect(proofs.of(claim, false)).toMatchObject({ proven: true })
  proofs.launchSent('u')
  pass(1_000)
  proofs.launchSent('u')()
  proofs.noteAbsent('u')
  expect(proofs.of(claim, false)).toMatchObject({ proven: false })
})

test('one answer is enough for an old launch', () => {
  const { proofs, pass } = world()
  proofs.launchSent('u')
  pass(180_000)
  proofs.noteAbsent('u')
  expect(proofs.of(claim, false)).toMatchObject({ proven: true })
})

test('a claim from before this process may have been launched by the one before', () => {
  const { proofs, pass } = world()
  proofs.noteAbsent('u')
  expect(proofs.of(inherited, false)).toMatchObject({ proven: false })
  pass(180_000)
  expect(proofs.of(inherited, false)).toMatchObject({ proven: true })
})

test('a new launch makes earlier answers worthless', () => {
  const { proofs } = world()
  proofs.noteAbsent('u')
  proofs.launchSent('u')
  expect(proofs.of(claim, false)).toEqual({ proven: false, pausedMs: 0 })
})

test('two lists prove the end of a young launch, one of an old one, none that began before the launch', () => {
  const { proofs, pass } = world()
  proofs.launchSent('u')
  proofs.noteEnded('u', -1)
  expect(proofs.of(claim, true)).toEqual({ proven: false, pausedMs: 0 })
  pass(10_000)
  proofs.noteEnded('u', 10_000)
  expect(proofs.of(claim, true)).toEqual({ proven: false, pausedMs: 15_000 })
  proofs.noteEnded('u', 11_000)
  expect(proofs.of(claim, true)).toMatchObject({ proven: true })
  proofs.launchSent('u')
  pass(180_000)
  proofs.noteEnded('u', 190_000)
  expect(proofs.of(claim, true)).toMatchObject({ proven: true })
})
