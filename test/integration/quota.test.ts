import type { InstanceSpec } from '@kaito/cloud-provider'
import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { expect, test } from 'vitest'
import { roleActions } from '../harness/test-bed.ts'
import { startCloud } from './emulated-azure.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const call = { signal: new AbortController().signal }
type World = Awaited<ReturnType<typeof startCloud>>
type Emulator = World['emulator']

/** Names of the pools that Azure was asked to make. */
const puts = ({ emulator }: World) =>
  emulator.requests
    .records()
    .flatMap(({ method, path }) => (method === 'PUT' ? [path.slice(path.lastIndexOf('/') + 1)] : []))

test('refuses what the quota does not allow in the words of who reads it, without asking for a pool', async () => {
  await using world = await startCloud()
  const { cloud, emulator } = world
  emulator.configure({ quotas: { StandardNCADSA100v4Family: { limit: 48, used: 10 } } })
  const launches = ['ws1', 'ws2', 'ws3'].map((name) => cloud.launch(anInstanceSpec({ name }), call))
  const refused = (await Promise.allSettled(launches)).flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason] : [],
  )
  expect(puts(world)).toEqual(['ws1'])
  const message = 'needs 24 vCPUs of StandardNCADSA100v4Family, limit 48, used 10, under way 24'
  expect(refused).toMatchObject([
    { reason: 'QuotaExceeded', message },
    { reason: 'QuotaExceeded', message },
  ])
})

test.each<[string, object, Partial<InstanceSpec>, RegExp]>([
  [
    'of a size that the region does not have',
    {},
    { instanceType: 'Standard_NC24ads_A10_v4' },
    /did you mean Standard_NC/,
  ],
  ['of a size that the subscription may not use', { restrictedSizes: [A100] }, {}, /not offered to this subscription/],
  ['in a zone that there is not', {}, { zone: 'eastus-9' }, /only in zones 1, 2, 3/],
])('asks for no pool %s', async (_case, settings, wanted, message) => {
  await using world = await startCloud()
  world.emulator.configure(settings)
  await expect(world.cloud.launch(anInstanceSpec(wanted), call)).rejects.toMatchObject({
    reason: 'SkuNotAvailable',
    message: expect.stringMatching(message),
    choice: { instanceType: wanted.instanceType ?? A100 },
  })
  expect(puts(world)).toEqual([])
})

test.each<[string, (emulator: Emulator) => void]>([
  ['lacks the right to', ({ configure }) => configure({ allowedActions: roleActions(['azure-gpu-provisioner']) })],
  [
    'gets no answer to',
    ({ faults }) => void faults.inject({ match: { path: 'Microsoft.Compute' }, action: { do: 'reset' } }),
  ],
  [
    'gets nonsense from',
    ({ faults }) =>
      void faults.inject({
        match: { path: 'Microsoft.Compute' },
        action: { do: 'answer', status: 200, body: { value: [] } },
      }),
  ],
])('leaves it to AKS to refuse when it %s the reading of quota', async (_case, spoil) => {
  await using world = await startCloud()
  const { cloud, emulator } = world
  emulator.configure({ quotas: { StandardNCADSA100v4Family: { limit: 24 } } })
  spoil(emulator)
  await cloud.launch(anInstanceSpec({ name: 'ws1' }), call)
  await expect(cloud.launch(anInstanceSpec({ name: 'ws2' }), call)).rejects.toMatchObject({
    reason: 'QuotaExceeded',
    message: expect.stringContaining('ErrCode_InsufficientVCPUQuota'),
  })
  expect(puts(world)).toEqual(['ws1', 'ws2'])
})
