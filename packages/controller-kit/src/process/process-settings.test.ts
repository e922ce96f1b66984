import { expect, test } from 'vitest'
import { z } from 'zod'
import { readVariables, settingsOrExit } from './process-settings.ts'

const schema = z.object({ PLACE: z.string(), SIZE: z.coerce.number().int().default(1) })

test('names every variable that is missing or wrong', () => {
  expect(() => readVariables(schema, { SIZE: 'large' })).toThrow(/PLACE: is not set; SIZE: .*expected number/)
})

test('takes an empty variable for one that is not set', () => {
  expect(readVariables(schema, { PLACE: 'here', SIZE: '' })).toEqual({ PLACE: 'here', SIZE: 1 })
})

test('ends the process when settings are wrong', () => {
  const codes: number[] = []
  const read = () => readVariables(schema, {})
  expect(() => settingsOrExit('a-controller', read, { exit: (code) => codes.push(code) })).toThrow(/PLACE/)
  expect(codes).toEqual([1])
  expect(settingsOrExit('a-controller', () => 7)).toBe(7)
})
