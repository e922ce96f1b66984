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
