import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmulatorOptions, startAzureEmulator, virtualClock } from '@kaito/azure-emulator'
import { createCredential } from '@kaito/cloud-azure'
import type { InstanceSpec } from '@kaito/cloud-provider'
import { anInstanceSpec, describeCloudProvider } from '@kaito/cloud-provider/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cloudOn, providerIDOf, readArm } from './emulated-azure.ts'

const call = { signal: new AbortController().signal }
const A100 = 'Standard_NC24ads_A100_v4'
const START = Date.parse('2026-01-02T03:04:05Z')

/** An emulated cluster and the cloud on it, with workload identity all the way; both stand still until advanced. */
async function setUp(options: EmulatorOptions = {}) {
  const clock = virtualClock(START)
  const emulator = await startAzureEmulator({ clock, resourceGroup: 'rg1', cluster: 'aks1', ...options })
  const folder = await mkdtemp(join(tmpdir(), 'kaito-cloud-azure-'))
  const federatedTokenFile = join(folder, 'token')
  await writeFile(federatedTokenFile, serviceAccountToken())
  const { tenantId, clientId } = emulator.settings()
  const authority = { authorityHost: emulator.url, ca: emulator.ca, tenantId, clientId }
  const cloud = cloudOn(emulator, {
    credential: createCredential({ federatedTokenFile, ...authority }),
    clock,
  })
  const stop = async () => {
    await emulator.stop()
    await rm(folder, { recursive: true })
  }
  return { cloud, emulator, stop }
}

type Emulator = Awaited<ReturnType<typeof setUp>>['emulator']

function serviceAccountToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { aud: 'api://AzureADTokenExchange', sub: 'system:serviceaccount:kaito:gpu-provisioner' }
  return `${part({ alg: 'none' })}.${part(claims)}.signature`
}

/** As KAITO's gpu-provisioner v0.2.1 leaves them. */
const KAITO_LABELS = {
  'karpenter.sh/provisioner-name': 'default',
  'kaito.sh/machine-type': 'gpu',
  'kaito.sh/workspace': 'phi-3',
}

function describeOnEmulator(name: string, options: EmulatorOptions) {
  describeCloudProvider(name, async () => {
    const { cloud, emulator, stop } = await setUp(options)
    return {
      cloud,
      stop,
      settle: async () => emulator.advance(3600),
      async plantForeign(pool) {
        emulator.pools.create(pool, { vmSize: 'Standard_D4s_v5' })
        emulator.advance(3600)
      },
      async plantKaito(pool) {
        emulator.pools.create(pool, { vmSize: A100, nodeLabels: KAITO_LABELS })
        emulator.advance(3600)
        return providerIDOf(emulator, pool)
      },
      fingerprint: (pool) => readArm(emulator, `agentPools/${pool}`),
      refuseNextLaunch: async () => emulator.configure({ quotas: { cores: { limit: 0 } } }),
      cutOff: async () => void emulator.faults.inject({ action: { do: 'reset' } }),
    }
  })
}

describeOnEmulator('Azure, pools changed side by side', {})
describeOnEmulator('Azure, one pool operation at a time', { parallelPoolOperations: false })
describeOnEmulator('Azure, one pool per page', { pageSize: 1 })

describe('Azure through the SDK', () => {
  let world: Awaited<ReturnType<typeof setUp>>
  beforeEach(async () => {
    world = await setUp()
  })
  afterEach(() => world.stop())

  const armRequests = () =>
    world.emulator.requests
      .records()
      .filter(({ path }) => path.includes('/managedClusters/'))
      .map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf('/') + 1)}`)

  test('row 36: spends one PUT and no poll on a launch, one GET and one DELETE on a termination', async () => {
    const { cloud, emulator } = world
    const spec = anInstanceSpec()
    await cloud.launch(spec, call)
    emulator.advance(600)
    await cloud.terminate(spec, call)
    emulator.advance(600)
    expect(armRequests()).toEqual([`PUT ${spec.name}`, `GET ${spec.name}`, `DELETE ${spec.name}`])
    expect(emulator.requests.records().filter(({ path }) => path.includes('/operations/'))).toEqual([])
    expect(emulator.ledger.livePools()).toEqual([])
  })

  test.each(['before', 'after'] as const)(
    'row 6: makes one pool when the answer to the PUT is lost %s it is applied',
    async (when) => {
      const { cloud, emulator } = world
      const spec = anInstanceSpec()
      emulator.faults.inject({ match: { method: 'PUT' }, times: 1, when, action: { do: 'reset' } })
      await expect(cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
      await cloud.launch(spec, call)
      expect(emulator.ledger.livePools()).toHaveLength(1)
    },
  )

  test('learns from a failed pool why it failed', async () => {
    const { cloud, emulator } = world
    emulator.configure({ capacities: [{ vmSize: 'Standard_NC24ads_A100_v4', available: 0 }] })
    const spec = anInstanceSpec()
    await cloud.launch(spec, call)
    emulator.advance(3600)
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Failed', failure: { reason: 'NoCapacity' } })
    await cloud.terminate(spec, call)
    emulator.advance(3600)
    expect(await cloud.get(spec.name, call)).toBeUndefined()
  })

  test('names the successor of a size that the region retired', async () => {
    world.emulator.configure({ offersRetiredSizes: false })
    const launch = world.cloud.launch(anInstanceSpec({ instanceType: 'Standard_NC6s_v3' }), call)
    await expect(launch).rejects.toMatchObject({
      reason: 'SkuNotAvailable',
      remedy: expect.stringContaining('Standard_NC4as_T4_v3'),
    })
  })

  test('says that the cluster is stopped', async () => {
    world.emulator.cluster.stop()
    expect(await world.cloud.health(call)).toEqual({ state: 'Stopped' })
    await expect(world.cloud.launch(anInstanceSpec(), call)).rejects.toMatchObject({ reason: 'ClusterStopped' })
  })

  test('is busy while the cluster is being upgraded', async () => {
    world.emulator.cluster.operate('Upgrading', 600)
    expect(await world.cloud.health(call)).toEqual({ state: 'Busy' })
    await expect(world.cloud.launch(anInstanceSpec(), call)).rejects.toMatchObject({ reason: 'ClusterBusy' })
  })

  test('never takes a cluster that is gone for a pool that is gone', async () => {
    const spec = anInstanceSpec()
    await world.cloud.launch(spec, call)
    world.emulator.cluster.setExists(false)
    await expect(world.cloud.get(spec.name, call)).rejects.toMatchObject({ reason: 'InvalidRequest' })
    await expect(world.cloud.terminate(spec, call)).rejects.toMatchObject({ reason: 'InvalidRequest' })
    await expect(world.cloud.list(call)).rejects.toMatchObject({ reason: 'InvalidRequest' })
  })

  test('says that a right is missing', async () => {
    world.emulator.configure({ deniedActions: ['Microsoft.ContainerService/managedClusters/agentPools/write'] })
    await expect(world.cloud.launch(anInstanceSpec(), call)).rejects.toMatchObject({ reason: 'Unauthorized' })
  })

  test('finds everything written for a launch under one correlation id in the log of Azure', async () => {
    const { cloud, emulator } = world
    const spec = anInstanceSpec()
    await cloud.launch(spec, call)
    emulator.advance(600)
    await cloud.terminate(spec, call)
    const written = emulator.ledger.entries().filter(({ pool, op }) => pool === spec.name && /put|delete/.test(op))
    expect(written).toHaveLength(2)
    expect(new Set(written.map(({ correlationId }) => correlationId)).size).toBe(1)
  })

  test('goes on with a new token when Azure takes the old one no more', async () => {
    await world.cloud.list(call)
    world.emulator.advance(7200)
    expect(await world.cloud.list(call)).not.toEqual([])
  })
})

/** Does an act for each spec, again when its refusal says so, while a list goes out every ten seconds. */
async function overTime(
  { cloud, emulator }: Awaited<ReturnType<typeof setUp>>,
  specs: InstanceSpec[],
  act: (spec: InstanceSpec) => Promise<void>,
): Promise<number> {
  const due = new Map(specs.map((spec) => [spec, 0]))
  let second = 0
  for (; due.size > 0 && second < 2000; second++) {
    if (second % 10 === 0) await cloud.list(call)
    const ready = [...due].filter(([, at]) => at <= second).map(([spec]) => spec)
    const answers = await Promise.allSettled(ready.map(act))
    for (const [index, spec] of ready.entries()) {
      const answer = answers[index]
      if (answer?.status === 'fulfilled') due.delete(spec)
      else due.set(spec, second + (answer?.reason.retryAfterMs ?? 5000) / 1000)
    }
    emulator.advance(1)
  }
  return second
}

const manySpecs = () => Array.from({ length: 95 }, (_, index) => anInstanceSpec({ name: `ws${index}` }))
const statuses = (emulator: Emulator, method: string) =>
  emulator.requests.records().flatMap((record) => (record.method === method ? [record.status] : []))

test('launches and gives back 95 within the request limits of Azure', async () => {
  const world = await setUp({ throttling: true, tokenLifetimeSeconds: 1e6 })
  const { cloud, emulator } = world
  expect(await overTime(world, manySpecs(), (spec) => cloud.launch(spec, call))).toBeLessThanOrEqual(5)
  expect(statuses(emulator, 'PUT')).toEqual(Array(95).fill(201))
  emulator.advance(600)
  // A read and a deletion each, from a bucket of sixty and one a second, less two pages per list.
  expect(await overTime(world, manySpecs(), (spec) => cloud.terminate(spec, call))).toBeLessThanOrEqual(180)
  expect(statuses(emulator, 'DELETE')).toEqual(Array(95).fill(202))
  expect(emulator.requests.records().filter(({ status }) => status === 429)).toEqual([])
  await world.stop()
})

test('brings 95 launches through a cluster that refuses parallel changes', async () => {
  const world = await setUp({ parallelPoolOperations: false, createSeconds: 10, tokenLifetimeSeconds: 1e6 })
  expect(await overTime(world, manySpecs(), (spec) => world.cloud.launch(spec, call))).toBeLessThanOrEqual(1300)
  expect(world.emulator.ledger.livePools()).toHaveLength(95)
  expect(statuses(world.emulator, 'PUT').length).toBeLessThanOrEqual(220)
  await world.stop()
})
