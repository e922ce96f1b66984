import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { classSettings } from './class-settings.ts'

test('keeps the settings of the process for a class that sets no deadline', () => {
  expect(classSettings({}, DEFAULT_SETTINGS)).toBe(DEFAULT_SETTINGS)
  expect(classSettings({ deadlines: {} }, DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS)
})

test('takes each deadline that the class sets', () => {
  const deadlines = { launch: '1h30m', registration: '90s', initialization: '5m', drain: '2h', termination: '10m' }
  expect(classSettings({ deadlines }, DEFAULT_SETTINGS)).toEqual({
    ...DEFAULT_SETTINGS,
    launchDeadlineMs: 5_400_000,
    registrationDeadlineMs: 90_000,
    initializationDeadlineMs: 300_000,
    drainDeadlineMs: 7_200_000,
    terminationDeadlineMs: 600_000,
  })
  expect(classSettings({ deadlines: { drain: '1m' } }, DEFAULT_SETTINGS)).toEqual({
    ...DEFAULT_SETTINGS,
    drainDeadlineMs: 60_000,
  })
})
