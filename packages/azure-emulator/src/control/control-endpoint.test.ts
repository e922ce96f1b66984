import { expect, test } from 'vitest'
import { emulatedArm, gpuPool, ORIGIN } from '../testing/emulated-arm.ts'

test('needs no token', async () => {
  const { send } = emulatedArm()
  expect(await send('GET', '/_emulator/ledger', { token: null })).toEqual(
    expect.objectContaining({ status: 200, body: { entries: [], intervals: [], gpuMinutes: 0, livePools: [] } }),
  )
})

test('serves this machine only', async () => {
  const { emulator } = emulatedArm()
  const request = { method: 'GET', url: new URL('/_emulator/ledger', ORIGIN), headers: {}, body: '' }
  expect(await emulator.handle({ ...request, remoteAddress: '10.1.2.3' })).toMatchObject({ status: 403 })
  expect(await emulator.handle({ ...request, remoteAddress: '::ffff:127.0.0.1' })).toMatchObject({ status: 200 })
})

test('shows the ledger and the requests', async () => {
  const { put, send, emulator } = emulatedArm()
  await put('ws1', gpuPool, { 'x-ms-client-request-id': 'req-1' })
  emulator.advance(120)
  expect(await send('GET', '/_emulator/ledger')).toMatchObject({
    body: {
      entries: [
        {
          op: 'put',
          pool: 'ws1',
          status: 201,
          clientRequestId: 'req-1',
          tags: { owner: 'claim-1' },
          bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        { op: 'succeeded', pool: 'ws1', caller: 'azure' },
      ],
      gpuMinutes: 2,
      livePools: ['ws1'],
    },
  })
  expect(await send('GET', '/_emulator/requests')).toMatchObject({
    body: { requests: [{ method: 'PUT', status: 201, clientRequestId: 'req-1' }] },
  })
})

test('changes settings, and names the one it does not know', async () => {
  const { send, emulator } = emulatedArm()
  expect(await send('PATCH', '/_emulator/settings', { body: { deleteSeconds: 5 } })).toMatchObject({ status: 204 })
  expect(emulator.settings()).toMatchObject({ deleteSeconds: 5, resourceGroup: 'rg1' })
  expect(await send('PATCH', '/_emulator/settings', { body: { nothing: 1 } })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('nothing') } },
  })
})

test('injects and clears faults', async () => {
  const { send, get } = emulatedArm()
  const fault = { match: { method: 'GET' }, action: { do: 'answer', status: 503, body: {} } }
  expect(await send('POST', '/_emulator/faults', { body: fault })).toMatchObject({ status: 200, body: { id: '1' } })
  expect(await get('nodepool1')).toMatchObject({ status: 503 })
  expect(await send('DELETE', '/_emulator/faults')).toMatchObject({ status: 204 })
  expect(await get('nodepool1')).toMatchObject({ status: 200 })
  expect(await send('POST', '/_emulator/faults', { body: { action: { do: 'explode' } } })).toMatchObject({
    status: 400,
  })
  expect(await send('POST', '/_emulator/faults', { text: '{' })).toMatchObject({ status: 400 })
})

test('moves the clock and changes pools and the cluster', async () => {
  const { send, put, get } = emulatedArm()
  await send('POST', '/_emulator/pool-faults', { body: { pool: 'ws1', createSeconds: 5 } })
  await put('ws1', gpuPool)
  await send('POST', '/_emulator/clock/advance', { body: { seconds: 5 } })
  expect(await send('POST', '/_emulator/pools/ws1/edit', { body: { properties: { tags: { a: 'b' } } } })).toMatchObject(
    { status: 204 },
  )
  expect(await get('ws1')).toMatchObject({ body: { properties: { provisioningState: 'Succeeded', tags: { a: 'b' } } } })
  expect(await send('POST', '/_emulator/pools/nobody/delete')).toMatchObject({ status: 400 })
  expect(await send('POST', '/_emulator/cluster/stop')).toMatchObject({ status: 204 })
  expect(await put('ws2', gpuPool)).toMatchObject({ status: 400 })
  expect(await send('PUT', '/_emulator/cluster/existence', { body: { exists: false } })).toMatchObject({ status: 204 })
  expect(await get('ws1')).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } })
})
