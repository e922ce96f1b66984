import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ComputeManagementClient } from '@azure/arm-compute'
import { ContainerServiceClient, restorePoller } from '@azure/arm-containerservice'
import { WorkloadIdentityCredential } from '@azure/identity'
import { afterEach, expect, test } from 'vitest'
import { type AzureEmulator, type EmulatorOptions, startAzureEmulator } from './azure-emulator.ts'
import { virtualClock } from './clock/virtual-clock.ts'
import type { NodeObject } from './nodes/node-registry.ts'

const running: AzureEmulator[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()))
})

async function start(options: EmulatorOptions = {}) {
  const nodes = new Map<string, NodeObject>()
  const registry = {
    join: (node: NodeObject) => void nodes.set(node.metadata.name, node),
    relabel: (node: NodeObject) => void (nodes.has(node.metadata.name) && nodes.set(node.metadata.name, node)),
    leave: (name: string) => void nodes.delete(name),
  }
  const emulator = await startAzureEmulator({
    resourceGroup: 'rg1',
    cluster: 'aks1',
    clock: virtualClock(Date.parse('2026-11-21T00:00:00Z')),
    nodes: registry,
    ...options,
  })
  running.push(emulator)
  const { subscriptionId } = emulator.settings()
  const credential = {
    getToken: async () => ({ token: emulator.issueToken(), expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  const client = new ContainerServiceClient(credential, subscriptionId, {
    endpoint: emulator.url,
    tlsOptions: { ca: emulator.ca },
    retryOptions: { maxRetries: 0 },
  })
  return { emulator, client, credential, nodes, pools: client.agentPools }
}

const gpuPool = {
  count: 1,
  vmSize: 'Standard_NC24ads_A100_v4',
  osType: 'Linux',
  mode: 'User',
  typePropertiesType: 'VirtualMachineScaleSets',
  osDiskSizeGB: 128,
  nodeLabels: { 'kaito.sh/workspace': 'phi' },
  nodeTaints: ['sku=gpu:NoSchedule'],
  tags: { owner: 'claim-1' },
}

test('creates a pool, joins its node before the create ends, and bills until the pool is gone', async () => {
  const { emulator, pools, nodes } = await start()
  await pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool, { ifNoneMatch: '*' }).submitted()
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Creating')

  emulator.advance(71)
  const node = [...nodes.values()].find(({ metadata }) => metadata.labels.agentpool === 'ws1')
  expect(node?.metadata.name).toMatch(/^aks-ws1-\d{8}-vmss000000$/)
  emulator.advance(19)
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Succeeded')

  await pools.delete('rg1', 'aks1', 'ws1').submitted()
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Deleting')
  emulator.advance(30)
  await expect(pools.get('rg1', 'aks1', 'ws1')).rejects.toMatchObject({ statusCode: 404, code: 'NotFound' })
  expect(nodes.has(node?.metadata.name ?? '')).toBe(false)
  expect(emulator.ledger.gpuMinutes()).toBe(2)
  expect(emulator.ledger.livePools()).toEqual([])
})

test('follows a create to its end with the poller of the SDK', async () => {
  const { emulator, pools } = await start()
  const poller = pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool)
  await poller.submitted()
  await poller.poll()
  expect(poller.isDone).toBe(false)
  emulator.advance(90)
  const pool = await poller
  expect(pool).toMatchObject({ name: 'ws1', provisioningState: 'Succeeded', osSKU: 'Ubuntu' })
})

test('lets another process resume the poller of a create', async () => {
  const { emulator, client, pools } = await start()
  const first = pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool)
  await first.submitted()
  const restored = restorePoller(client, await first.serialize(), pools.createOrUpdate)
  emulator.advance(90)
  expect(await restored).toMatchObject({ name: 'ws1', provisioningState: 'Succeeded' })
  expect(emulator.requests.records().filter(({ method }) => method === 'PUT')).toHaveLength(1)
})

test('ends a delete with the poller of the SDK, and answers a second one as done', async () => {
  const { emulator, pools } = await start()
  await pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool).submitted()
  emulator.advance(90)
  const poller = pools.delete('rg1', 'aks1', 'ws1')
  await poller.submitted()
  emulator.advance(30)
  await poller
  const again = pools.delete('rg1', 'aks1', 'ws1')
  await again.submitted()
  expect(again.isDone).toBe(true)
})

test('fails the poller with the code of the operation and keeps the details on the pool', async () => {
  const { emulator, pools } = await start({ capacities: [{ vmSize: gpuPool.vmSize, available: 0 }] })
  const poller = pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool)
  await poller.submitted()
  emulator.advance(90)
  await expect(poller).rejects.toThrow(/^The long-running operation has failed\. AllocationFailed\./)
  const pool = await pools.get('rg1', 'aks1', 'ws1')
  expect(pool.provisioningState).toBe('Failed')
  expect(pool.status?.provisioningError?.details?.[0]).toMatchObject({ code: 'AllocationFailed', target: '243' })
})

test('gives the SDK its errors, wrapped and unwrapped', async () => {
  const { emulator, pools } = await start()
  await pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool).submitted()
  const again = () => pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool, { ifNoneMatch: '*' }).submitted()
  await expect(again()).rejects.toMatchObject({ name: 'RestError', statusCode: 412, code: 'PreconditionFailed' })
  await expect(pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool).submitted()).rejects.toMatchObject({
    statusCode: 409,
    code: 'OperationNotAllowed',
  })
  await expect(pools.get('rg2', 'aks1', 'ws1')).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceGroupNotFound',
  })
  emulator.faults.inject({ match: { pool: 'ws1' }, times: 1, action: { do: 'reset' } })
  await expect(pools.get('rg1', 'aks1', 'ws1')).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('lists every pool through the paging of the SDK', async () => {
  const { pools, client } = await start({ pageSize: 2 })
  for (const name of ['ws1', 'ws2', 'ws3']) await pools.createOrUpdate('rg1', 'aks1', name, gpuPool).submitted()
  const names: (string | undefined)[] = []
  for await (const { name } of pools.list('rg1', 'aks1')) names.push(name)
  expect(names).toEqual(['nodepool1', 'ws1', 'ws2', 'ws3'])
  const machines: (string | undefined)[] = []
  for await (const { name } of client.machines.list('rg1', 'aks1', 'ws1')) machines.push(name)
  expect(machines).toEqual([expect.stringMatching(/^aks-ws1-/)])
  expect(await client.managedClusters.get('rg1', 'aks1')).toMatchObject({ powerState: { code: 'Running' } })
})

test('makes the SDK wait as long as Retry-After says', async () => {
  const { emulator, credential } = await start()
  const { pipeline, agentPools } = new ContainerServiceClient(credential, emulator.settings().subscriptionId, {
    endpoint: emulator.url,
    tlsOptions: { ca: emulator.ca },
  })
  expect(pipeline).toBeDefined()
  emulator.faults.inject({
    match: { method: 'GET' },
    times: 1,
    action: {
      do: 'answer',
      status: 429,
      headers: { 'retry-after-ms': '20' },
      body: { code: 'Throttled', message: 'wait' },
    },
  })
  expect(await agentPools.get('rg1', 'aks1', 'nodepool1')).toMatchObject({ mode: 'System' })
  const [first, second] = emulator.requests.records()
  expect([first?.status, second?.status]).toEqual([429, 200])
  expect(first?.clientRequestId).toBe(second?.clientRequestId)
})

test('serves the compute client its sizes and usages', async () => {
  const { emulator, credential } = await start()
  const compute = new ComputeManagementClient(credential, emulator.settings().subscriptionId, {
    endpoint: emulator.url,
    tlsOptions: { ca: emulator.ca },
  })
  const sizes: (string | undefined)[] = []
  for await (const { name } of compute.resourceSkus.list({ filter: "location eq 'eastus'" })) sizes.push(name)
  expect(sizes).toContain('Standard_NC24ads_A100_v4')
  const usages: (string | undefined)[] = []
  for await (const { name } of compute.usage.list('eastus')) usages.push(name?.value)
  expect(usages).toContain('cores')
})

test('signs a workload identity in with its federated token', async () => {
  const { emulator } = await start()
  const { tenantId, clientId, subscriptionId } = emulator.settings()
  const folder = await mkdtemp(join(tmpdir(), 'federated-token-'))
  try {
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const tokenFilePath = join(folder, 'token')
    await writeFile(tokenFilePath, `${encode({ alg: 'RS256' })}.${encode({ aud: ['api://AzureADTokenExchange'] })}.x`)
    const options = { authorityHost: emulator.url, disableInstanceDiscovery: true, tlsOptions: { ca: emulator.ca } }
    const credential = new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...options })
    const client = new ContainerServiceClient(credential, subscriptionId, {
      endpoint: emulator.url,
      tlsOptions: { ca: emulator.ca },
    })
    expect(await client.agentPools.get('rg1', 'aks1', 'nodepool1')).toMatchObject({ name: 'nodepool1' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('leaves a client without an answer until it gives up, and stops all the same', async () => {
  const { emulator, pools } = await start()
  emulator.faults.inject({ action: { do: 'hang' } })
  const abortSignal = AbortSignal.timeout(100)
  await expect(pools.get('rg1', 'aks1', 'nodepool1', { abortSignal })).rejects.toMatchObject({ name: 'AbortError' })
  const waiting = pools.get('rg1', 'aks1', 'nodepool1')
  const cut = expect(waiting).rejects.toMatchObject({ name: 'RestError' })
  await emulator.stop()
  running.length = 0
  await cut
})

test('upgrades a node image and tells of versions, machines and clusters through the SDK', async () => {
  const { emulator, client, pools } = await start()
  await pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool).submitted()
  emulator.advance(90)
  const poller = pools.upgradeNodeImageVersion('rg1', 'aks1', 'ws1')
  await poller.submitted()
  emulator.advance(20)
  await poller
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Succeeded')

  const { kubernetesVersion } = emulator.settings()
  expect(await pools.getUpgradeProfile('rg1', 'aks1', 'ws1')).toMatchObject({ kubernetesVersion, osType: 'Linux' })
  expect(await pools.getAvailableAgentPoolVersions('rg1', 'aks1')).toMatchObject({
    agentPoolVersions: [{ kubernetesVersion, default: true }],
  })
  const { value: machine } = await client.machines.list('rg1', 'aks1', 'ws1').next()
  expect(machine?.properties?.network?.ipAddresses).toEqual([{ family: 'IPv4', ip: '10.224.0.5' }])
  const { value: cluster } = await client.managedClusters.list().next()
  expect(cluster).toMatchObject({
    name: 'aks1',
    agentPoolProfiles: [{ name: 'nodepool1' }, { name: 'ws1' }],
    oidcIssuerProfile: { enabled: true, issuerURL: expect.stringMatching(/^https:/) },
    identityProfile: { kubeletidentity: { clientId: expect.any(String) } },
  })
})
