import { describe, expect, test } from 'vitest'
import { armErrorEntries } from './arm-failure.ts'
import { CODE_ROWS, isUnexplained, verdict } from './error-map.ts'
import { ASYNCHRONOUS_ERRORS } from './testing/asynchronous-errors.ts'
import { DOCUMENTED_CODES } from './testing/documented-codes.ts'
import { RARE_ERRORS } from './testing/rare-errors.ts'
import { SYNCHRONOUS_ERRORS } from './testing/synchronous-errors.ts'

const ALL = [...SYNCHRONOUS_ERRORS, ...ASYNCHRONOUS_ERRORS, ...RARE_ERRORS]
const failure = ({ status, body }: (typeof ALL)[number]) => ({ status, entries: armErrorEntries(body) })

describe('reasons of Azure', () => {
  test.each(ALL)('$status $name is $reason', (error) => {
    expect(verdict(failure(error)).reason).toBe(error.reason)
  })

  test.each(SYNCHRONOUS_ERRORS)('$status $name is $reason in the other envelope too', (error) => {
    const plain =
      typeof error.body === 'object' && error.body !== null && 'error' in error.body ? error.body.error : error.body
    expect(verdict(failure({ ...error, body: { error: plain } })).reason).toBe(error.reason)
    expect(verdict(failure({ ...error, body: plain })).reason).toBe(error.reason)
  })

  test.each(CODE_ROWS.map((row) => [row.code, row] as const))('has a recorded answer for the row %s', (_code, row) => {
    const isHit = (error: (typeof ALL)[number]) => {
      const { entry, reason } = verdict(failure(error))
      const isText = (row.text ?? []).every((pattern) => pattern.test(entry?.message ?? ''))
      return reason === row.reason && entry?.code === row.code && isText
    }
    expect(ALL.some(isHit)).toBe(true)
  })

  test.each(DOCUMENTED_CODES)('has an answer with the documented code %s', (code) => {
    const isIn = (error: (typeof ALL)[number]) => failure(error).entries.some((entry) => entry.code === code)
    expect(ALL.filter(isIn)).not.toEqual([])
  })

  test('knows no code that is documented nowhere', () => {
    const undocumented = CODE_ROWS.filter(({ code }) => !DOCUMENTED_CODES.some((known) => known === code))
    expect(undocumented).toEqual([])
  })

  test('keeps a code that nobody knows readable', () => {
    const entries = armErrorEntries({ error: { code: 'SomethingNew', message: 'Ask Azure.' } })
    expect(verdict({ status: 400, entries })).toEqual({
      reason: 'Unknown',
      entry: { code: 'SomethingNew', message: 'Ask Azure.' },
    })
  })

  test('is quoted in the words of what decided, without the wrapping', () => {
    const quoted = ASYNCHRONOUS_ERRORS.find(({ name }) => name === 'allocation, only quoted')
    expect(verdict(failure(quoted ?? ALL[0] ?? { name: '', reason: 'Unknown', body: 0 })).entry).toMatchObject({
      code: 'AllocationFailed',
      message: expect.stringMatching(/^Allocation failed\. If you/),
    })
  })

  test('is asked for at the cluster only when a refusal explains nothing', () => {
    const unexplained = ALL.filter((error) => isUnexplained(failure(error))).map(({ name }) => name)
    expect(unexplained).toEqual(['busy in words nobody knows', 'refused without saying why'])
  })

  test.each([undefined, null, 'text', 7, [], {}, { error: [] }, { code: 5 }, { details: 'x' }])(
    'reads no code from %j',
    (body) => {
      expect(armErrorEntries(body)).toEqual([])
    },
  )
})
