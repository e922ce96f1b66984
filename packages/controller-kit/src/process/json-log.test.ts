import { expect, test } from 'vitest'
import { ApiError } from '../errors.ts'
import { createLogger } from './json-log.ts'

function aLog() {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { log: createLogger({ name: 'kit', level: 'info', destination }), lines }
}

test('lines are JSON with the fields of the child', () => {
  const { log, lines } = aLog()
  log.child({ key: 'a/b', pass: 7 }).info({ action: 'launch' }, 'performing')
  log.debug({}, 'unheard')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { name: 'kit', key: 'a/b', pass: 7, action: 'launch', msg: 'performing' },
  ])
})

test('no credential gets into a line', () => {
  const { log, lines } = aLog()
  const cause = Object.assign(new Error('refused Bearer s3cr3t.x-y_z='), { token: 's3cr3t' })
  const err = Object.assign(new ApiError({ status: 401, reason: 'Unauthorized', message: 'Basic s3cr3t==', cause }), {
    request: { headers: { authorization: 's3cr3t' } },
  })
  log.error({ err, headers: { Authorization: 'Bearer s3cr3t' }, token: 's3cr3t' }, 'pass failed')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('s3cr3t')
  expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ type: 'ApiError', status: 401, reason: 'Unauthorized' })
})

test('hidden characters are escaped and long error texts cut, and the line stays JSON', () => {
  const { log, lines } = aLog()
  const text = 'a\u001b[31m\u202eb\u2066c\u009b\ufeff\u2028d\n'
  log.warn({ name: text, err: new Error(`${text}${'x'.repeat(100_000)}`) }, text)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/)
  expect(lines[0]?.length).toBeLessThan(20_000)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: text, msg: text })
})
