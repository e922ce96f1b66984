import { startAzureEmulator, virtualClock } from '@kaito/azure-emulator'
import { poolRequest } from '@kaito/azure-emulator/testing'
import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { expect, test } from 'vitest'
import { cloudOn } from './emulated-azure.ts'

const call = { signal: new AbortController().signal }
const START = Date.parse('2026-01-02T03:04:05Z')

/** An emulated cluster and the cloud on it, with a token that needs no exchange. */
async function setUp() {
  const clock = virtualClock(START)
  const emulator = await startAzureEmulator({ clock, resourceGroup: 'rg1', cluster: 'aks1' })
  const cloud = cloudOn(emulator, {
    credential: {
      getToken: async () => ({ token: emulator.issueToken(), expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    clock,
  })
  return { cloud, emulator, [Symbol.asyncDispose]: emulator.stop }
}

const VARIANTS: [rule: string, spec: ReturnType<typeof anInstanceSpec>][] = [
  ['the smallest', anInstanceSpec({ labels: {}, taints: [], diskGiB: undefined, zone: undefined })],
  ['a spot one in a zone', anInstanceSpec({ capacityType: 'spot', zone: 'eastus-2' })],
  ['one with a disk of its own', anInstanceSpec({ diskGiB: 300 })],
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
  await using world = await setUp()
  await world.cloud.launch(spec, call)
  const [put] = world.emulator.requests.records().filter(({ method }) => method === 'PUT')
  expect(put).toMatchObject({ status: 201, ifNoneMatch: '*', query: '?api-version=2026-06-01' })
  expect(poolRequest.safeParse(JSON.parse(put?.body ?? '')).error).toBeUndefined()
})

test('sends no content with what only reads or deletes', async () => {
  await using world = await setUp()
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
