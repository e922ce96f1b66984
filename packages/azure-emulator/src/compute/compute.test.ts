import { expect, test } from 'vitest'
import { emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const COMPUTE = '/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Compute'
const SKUS = `${COMPUTE}/skus?api-version=2021-07-01`
const USAGES = `${COMPUTE}/locations/eastus/usages?api-version=2026-04-01`
const FAMILY = 'StandardNCADSA100v4Family'

test('lists the sizes of a location with capabilities in text', async () => {
  const { send } = emulatedArm()
  const { body } = await send('GET', `${SKUS}&$filter=location eq 'eastus'`)
  expect(body).toMatchObject({
    value: expect.arrayContaining([
      expect.objectContaining({
        resourceType: 'virtualMachines',
        name: 'Standard_NC24ads_A100_v4',
        family: FAMILY,
        locations: ['eastus'],
        restrictions: [],
        capabilities: expect.arrayContaining([
          { name: 'vCPUs', value: '24' },
          { name: 'GPUs', value: '1' },
        ]),
      }),
    ]),
  })
  expect(await send('GET', `${SKUS}&$filter=location eq 'westus'`)).toMatchObject({ body: { value: [] } })
  expect(await send('GET', `${SKUS}&$filter=name eq 'x'`)).toMatchObject({ status: 400 })
})

test('marks a size that the subscription may not use, and refuses it', async () => {
  const { send, put } = emulatedArm({ restrictedSizes: ['Standard_NC24ads_A100_v4'] })
  const { body } = await send('GET', SKUS)
  expect(body).toMatchObject({
    value: expect.arrayContaining([
      expect.objectContaining({
        name: 'Standard_NC24ads_A100_v4',
        restrictions: [expect.objectContaining({ type: 'Location', reasonCode: 'NotAvailableForSubscription' })],
      }),
    ]),
  })
  expect(await put('ws1', gpuPool)).toMatchObject({ status: 400, body: { code: 'VMSizeNotSupported' } })
})

test('counts the vCPUs of pools under their family, and those of spot pools apart', async () => {
  const { send, put } = emulatedArm({ quotas: { [FAMILY]: { limit: 96, used: 24 }, lowPriorityCores: { limit: 24 } } })
  await put('ws1', gpuPool)
  await put('ws2', { ...gpuPool, scaleSetPriority: 'Spot' })
  const { body } = await send('GET', USAGES)
  const usage = (value: string) => expect.objectContaining({ name: expect.objectContaining({ value }) })
  expect(body).toMatchObject({
    value: expect.arrayContaining([usage('cores'), usage('lowPriorityCores'), usage(FAMILY)]),
  })
  expect(JSON.stringify(body)).toContain(`{"unit":"Count","currentValue":48,"limit":96,"name":{"value":"${FAMILY}"`)
  expect(JSON.stringify(body)).toContain(
    '{"unit":"Count","currentValue":24,"limit":24,"name":{"value":"lowPriorityCores"',
  )
})

test.each<[rule: string, quotas: Record<string, { limit: number }>, message: string]>([
  [
    'a family',
    { [FAMILY]: { limit: 24 } },
    `Insufficient vcpu quota requested 24, remaining 0 for family ${FAMILY} for region eastus.`,
  ],
  [
    'the region',
    { cores: { limit: 40 } },
    'Insufficient regional vcpu quota left for location eastus. left regional vcpu quota 12, requested quota 24.',
  ],
])('refuses a create beyond the quota of %s at once', async (_rule, quotas, message) => {
  const { put, emulator } = emulatedArm({ quotas })
  expect(await put('ws1', gpuPool)).toMatchObject({ status: 201 })
  expect(await put('ws2', gpuPool)).toMatchObject({
    status: 400,
    body: { code: 'ErrCode_InsufficientVCPUQuota', message: expect.stringContaining(message) },
  })
  expect(emulator.ledger.livePools()).toEqual(['ws1'])
})

test('accepts a create and fails it with QuotaExceeded where the quota is noticed late', async () => {
  const { put, get, emulator } = emulatedArm({ quotas: { lowPriorityCores: { limit: 3, refuse: 'async' } } })
  expect(await put('ws1', { ...gpuPool, scaleSetPriority: 'Spot' })).toMatchObject({ status: 201 })
  emulator.advance(45)
  expect(await get('ws1')).toMatchObject({
    body: {
      properties: {
        provisioningState: 'Failed',
        status: {
          provisioningError: {
            code: 'QuotaExceeded',
            details: [
              {
                code: 'OperationNotAllowed',
                message: expect.stringContaining('exceeding approved LowPriorityCores quota'),
              },
            ],
          },
        },
      },
    },
  })
})
