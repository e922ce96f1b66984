import { expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const LIST = `${CLUSTER_PATH}/agentPools?api-version=2026-06-01`

async function statuses(times: number, call: () => Promise<{ status: number }>): Promise<number[]> {
  const seen: number[] = []
  for (let time = 0; time < times; time += 1) seen.push((await call()).status)
  return seen
}

test('takes sixty reads of pools at once and one more each second', async () => {
  const { send, emulator } = emulatedArm({ throttling: true })
  const list = () => send('GET', LIST)
  expect(await statuses(60, list)).not.toContain(429)
  expect(await list()).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { code: 'Throttled' } })
  emulator.advance(1)
  expect(await list()).toMatchObject({ status: 200 })
})

test('makes a request that comes before its Retry-After is over wait again', async () => {
  const { send, emulator } = emulatedArm({ throttling: true })
  const list = () => send('GET', LIST)
  await statuses(61, list)
  emulator.advance(0.9)
  expect(await list()).toMatchObject({ status: 429 })
  emulator.advance(0.9)
  expect(await list()).toMatchObject({ status: 429 })
  emulator.advance(1)
  expect(await list()).toMatchObject({ status: 200 })
})

test('counts creates per pool, refilled once a minute', async () => {
  const { put, emulator } = emulatedArm({ throttling: true })
  const create = () => put('ws1', { vmSize: 'Standard_X1' })
  expect(await statuses(20, create)).not.toContain(429)
  expect(await create()).toMatchObject({
    status: 429,
    headers: { 'retry-after': '60' },
    body: { message: expect.stringContaining('PutAgentPoolHandler.PUT request limit has been exceeded') },
  })
  expect(await put('ws2', gpuPool)).toMatchObject({ status: 201 })
  emulator.advance(60)
  expect(await create()).toMatchObject({ status: 400 })
})

test('tells a client of a fast clock to wait on its own time', async () => {
  const { send } = emulatedArm({
    throttling: true,
    clock: { now: () => 0, after: () => () => undefined, speed: 20 },
  })
  await statuses(60, () => send('GET', LIST))
  expect((await send('GET', LIST)).headers['retry-after']).toBe('1')
})

test('counts down what is left of the limits of ARM', async () => {
  const { send } = emulatedArm({ throttling: true })
  await send('GET', LIST)
  const { headers } = await send('GET', LIST)
  expect(headers['x-ms-ratelimit-remaining-subscription-reads']).toBe('248')
})
