import { CloudError } from '@kaito/cloud-provider'
import { createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { createCloudAccess, TOLERATED_OUTAGE_MS } from './cloud-access.ts'

const noRole = new CloudError('Unauthorized', 'may not read.', { remedy: 'Give it the role.' })
const noToken = new CloudError('Unauthorized', 'no token', { remedy: 'Federate it.' })
const away = (message: string) => new CloudError('CloudUnreachable', message)

function anAccess() {
  const clock = createManualClock()
  const log = createMemoryLog()
  const told: string[] = []
  const tellOperator = ({ type, reason, message }: { type: string; reason: string; message: string }) =>
    told.push(`${type} ${reason}: ${message}`)
  const access = createCloudAccess({ clock, log, tellOperator })
  const fail = (error: unknown) => access.failed(error, clock.monotonic())
  const said = () => log.lines.map(({ level, fields }) => [level, fields.why])
  return { clock, log, told, access, fail, said }
}

test('a stand-by, which asks nothing, has no trouble', () => {
  expect(anAccess().access.trouble()).toBeUndefined()
})

test('who has asked for the first time works only once there is an answer', () => {
  const { access, fail } = anAccess()
  access.asked()
  expect(access.trouble()).toBe('has not answered yet')
  fail(away('timeout'))
  expect(access.trouble()).toBe('CloudUnreachable: timeout')
  access.answered()
  access.asked()
  expect(access.trouble()).toBeUndefined()
})

test('missing rights are trouble at once, said and told once for each cause, with what to do', async () => {
  const { clock, log, told, access, fail, said } = anAccess()
  access.asked()
  for (const error of [noToken, noToken, noRole, noToken, noRole]) {
    fail(error)
    await clock.advance(30_000)
  }
  expect(access.trouble()).toBe('Unauthorized: may not read. Give it the role.')
  expect(told).toEqual([
    'Warning Unauthorized: no token. Federate it.',
    'Warning Unauthorized: may not read. Give it the role.',
  ])
  expect(log.lines.map(({ fields }) => fields)).toEqual([
    { reason: 'Unauthorized', why: 'no token', remedy: 'Federate it.' },
    { reason: 'Unauthorized', why: 'may not read.', remedy: 'Give it the role.' },
  ])
  access.answered()
  expect(access.trouble()).toBeUndefined()
  access.answered()
  fail(noRole)
  expect(said().map(([level]) => level)).toEqual(['warn', 'warn', 'info', 'warn'])
})

test('an outage of a cloud that worked is said at once, and is trouble and told only when it lasts', async () => {
  const { clock, told, access, fail, said } = anAccess()
  access.asked()
  access.answered()
  for (let passed = 0; passed < TOLERATED_OUTAGE_MS; passed += 5_000) {
    fail(away(`try ${passed}`))
    expect(access.trouble()).toBeUndefined()
    await clock.advance(5_000)
  }
  fail(away('the last one'))
  fail(away('one more'))
  expect(access.trouble()).toBe('CloudUnreachable: one more')
  expect(said()).toEqual([['warn', 'try 0']])
  expect(told).toEqual(['Warning CloudUnreachable: the last one'])
})

test('what to do is not lost behind a long message', () => {
  const { told, fail } = anAccess()
  fail(new CloudError('InvalidRequest', 'x'.repeat(5_000), { remedy: 'Correct the name.' }))
  expect(told[0]?.length).toBeLessThan(600)
  expect(told[0]).toContain('Correct the name.')
})
