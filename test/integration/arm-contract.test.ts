import { poolRequest } from '@kaito/azure-emulator/testing'
import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { providerIDOf, readArm, startCloud } from './emulated-azure.ts'

const call = { signal: new AbortController().signal }
const poolSchema = z.object({ properties: z.record(z.string(), z.unknown()) })

const VARIANTS: [rule: string, spec: ReturnType<typeof anInstanceSpec>][] = [
  ['the smallest', anInstanceSpec({ labels: {}, taints: [], diskGiB: undefined, zone: undefined })],
  ['a spot one in a zone', anInstanceSpec({ capacityType: 'spot', zone: 'eastus-2' })],
  ['one with a disk of its own', anInstanceSpec({ diskGiB: 300 })],
  [
    'one with everything that a class can say of a regular machine',
    anInstanceSpec({
      class: {
        subnetId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n',
        tags: { team: 'a' },
        osSKU: 'Ubuntu2404',
        osDisk: { type: 'Managed', sizeGiB: 256 },
        capacityReservationGroupId:
          '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/c',
        gpu: { driver: 'None', instanceProfile: 'MIG1g' },
      },
    }),
  ],
  ['one with a spot price', anInstanceSpec({ capacityType: 'spot', class: { spotMaxPrice: '1.25' } })],
  [
    'one with labels and every effect of taints',
    anInstanceSpec({
      labels: { 'kaito.sh/workspace': 'phi', 'example.com/team': 'a', 'node.kubernetes.io/class': 'gpu' },
      taints: [
        { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
        { key: 'example.com/soft', effect: 'PreferNoSchedule' },
        { key: 'example.com/hard', value: 'x', effect: 'NoExecute' },
      ],
    }),
  ],
]

test.each(VARIANTS)("asks for %s within Azure's API description", async (_rule, spec) => {
  await using world = await startCloud()
  await world.cloud.launch(spec, call)
  const [put] = world.emulator.requests.records().filter(({ method }) => method === 'PUT')
  expect(put).toMatchObject({ status: 201, ifNoneMatch: '*', query: '?api-version=2026-06-01' })
  expect(poolRequest.safeParse(JSON.parse(put?.body ?? '')).error).toBeUndefined()
})

test("adopts within Azure's API description, and only the version that was read", async () => {
  await using world = await startCloud()
  const nodeLabels = { 'karpenter.sh/nodepool': 'kaito', 'kaito.sh/machine-type': 'gpu' }
  world.emulator.pools.create('ws1', { vmSize: 'Standard_NC24ads_A100_v4', nodeLabels })
  world.emulator.advance(600)
  const providerID = await providerIDOf(world.emulator, 'ws1')
  await world.cloud.adopt({ ...anInstanceSpec({ name: 'ws1' }), providerID }, call)
  const [put] = world.emulator.requests.records().filter(({ method }) => method === 'PUT')
  expect(put).toMatchObject({ status: 200, ifMatch: expect.any(String), query: '?api-version=2026-06-01' })
  expect(poolRequest.safeParse(JSON.parse(put?.body ?? '')).error).toBeUndefined()
  expect(put?.body).not.toContain('nodeImageVersion')
})

test('adopts with one write that adds our tags and changes nothing else', async () => {
  await using world = await startCloud()
  const { cloud, emulator } = world
  const properties = {
    vmSize: 'Standard_NC24ads_A100_v4',
    nodeLabels: { 'karpenter.sh/nodepool': 'kaito', 'kaito.sh/machine-type': 'gpu' },
    tags: { team: 'a' },
    osDiskSizeGB: 158,
  }
  emulator.pools.create('ws1', { ...properties, nodeTaints: ['sku=gpu:NoSchedule'] })
  emulator.advance(3600)
  const { claimUid, claimCreatedAt } = anInstanceSpec()
  const before = poolSchema.parse(await readArm(emulator, 'agentPools/ws1'))
  const providerID = await providerIDOf(emulator, 'ws1')
  await cloud.adopt({ name: 'ws1', claimUid, claimCreatedAt, launch: 1, providerID }, call)
  emulator.advance(3600)
  const after = poolSchema.parse(await readArm(emulator, 'agentPools/ws1'))
  const tags = { team: 'a', 'kaito-claim-uid': claimUid }
  expect(after.properties).toEqual({
    ...before.properties,
    tags: expect.objectContaining(tags),
    eTag: expect.not.stringMatching(String(before.properties.eTag)),
  })
})

test('sends no content with what only reads or deletes', async () => {
  await using world = await startCloud()
  const spec = anInstanceSpec()
  await world.cloud.launch(spec, call)
  world.emulator.advance(600)
  await world.cloud.list(call)
  await world.cloud.health(call)
  await world.cloud.terminate(spec, call)
  const others = world.emulator.requests.records().filter(({ method }) => method !== 'PUT')
  expect(new Set(others.map(({ method }) => method))).toEqual(new Set(['GET', 'DELETE']))
  expect(others.filter(({ body }) => body !== undefined)).toEqual([])
  expect(others.find(({ method }) => method === 'DELETE')).toMatchObject({ ifMatch: expect.any(String) })
})
