import { expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const POOL = `${CLUSTER_PATH}/agentPools/ws1?api-version=2026-06-01`

test('answers in place of the cloud, for so many matching requests', async () => {
  const { put, get, emulator } = emulatedArm()
  emulator.faults.inject({
    match: { method: 'PUT', pool: 'ws1' },
    times: 2,
    action: {
      do: 'answer',
      status: 429,
      body: { error: { code: 'TooManyRequests', message: 'slow' } },
      headers: { 'retry-after': '7' },
    },
  })
  const refused = { status: 429, headers: { 'retry-after': '7' } }
  expect(await put('ws1', gpuPool)).toMatchObject(refused)
  expect(await get('ws1')).toMatchObject({ status: 404 })
  expect(await put('ws2', gpuPool)).toMatchObject({ status: 201 })
  expect(await put('ws1', gpuPool)).toMatchObject(refused)
  expect(await put('ws1', gpuPool)).toMatchObject({ status: 201 })
})

test('spares the first requests', async () => {
  const { get, put, emulator } = emulatedArm()
  await put('ws1', gpuPool)
  emulator.faults.inject({
    match: { method: 'GET' },
    skip: 1,
    times: 1,
    action: { do: 'answer', status: 500, body: {} },
  })
  expect([(await get('ws1')).status, (await get('ws1')).status, (await get('ws1')).status]).toEqual([200, 500, 200])
})

test('cuts the connection before or after the request was carried out', async () => {
  const { outcome, get, emulator } = emulatedArm()
  const create = () => outcome('PUT', POOL, { body: { properties: gpuPool } })
  emulator.faults.inject({ match: { method: 'PUT' }, times: 1, action: { do: 'reset' } })
  expect(await create()).toEqual({ do: 'reset' })
  expect(await get('ws1')).toMatchObject({ status: 404 })
  emulator.faults.inject({ match: { method: 'PUT' }, times: 1, when: 'after', action: { do: 'reset' } })
  expect(await create()).toEqual({ do: 'reset' })
  expect(await get('ws1')).toMatchObject({ status: 200 })
  expect(emulator.requests.records().map(({ method, status }) => [method, status])).toEqual([
    ['PUT', undefined],
    ['GET', 404],
    ['PUT', undefined],
    ['GET', 200],
  ])
})

test('sends a page of a gateway as it is', async () => {
  const { outcome, emulator } = emulatedArm()
  emulator.faults.inject({ action: { do: 'answer', status: 502, text: '<html>Bad Gateway</html>' } })
  expect(await outcome('GET', POOL)).toMatchObject({ status: 502, body: '<html>Bad Gateway</html>' })
})

test('delays an answer on the emulator clock', async () => {
  const { outcome, emulator } = emulatedArm()
  emulator.faults.inject({ action: { do: 'delay', seconds: 5 } })
  let answered = false
  const pending = outcome('GET', POOL).then((result) => {
    answered = true
    return result
  })
  emulator.advance(4)
  await Promise.resolve()
  expect(answered).toBe(false)
  emulator.advance(1)
  expect(await pending).toMatchObject({ do: 'answer', status: 404 })
})

test('ends with its removal', async () => {
  const { get, emulator } = emulatedArm()
  const id = emulator.faults.inject({ action: { do: 'answer', status: 500 } })
  expect((await get('nodepool1').catch(() => ({ status: 500 }))).status).toBe(500)
  expect(emulator.faults.active()).toMatchObject([{ id, met: 1 }])
  emulator.faults.clear(id)
  expect((await get('nodepool1')).status).toBe(200)
})
