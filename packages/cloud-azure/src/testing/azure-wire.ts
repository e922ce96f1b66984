import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { createAzureCloud } from '../azure-cloud.ts'
import type { AzureCloudOptions } from '../azure-cloud-options.ts'

export const HOST = 'https://management.azure.com'
export const CLUSTER =
  '/subscriptions/sub-1/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1'
export const QUERY = { 'api-version': '2026-06-01' }
/** Tags of a pool launched for `spec`. */
export const OURS = { 'kaito-claim-uid': 'uid-1', 'kaito-cluster': 'rg1/aks1', 'kaito-launch': '1' }
export const BEARER = 'secret-bearer'

export const call = { signal: new AbortController().signal }
export const spec = anInstanceSpec({ name: 'ws1', claimUid: 'uid-1' })

/** Resource Manager, played by nock: every request not announced fails. */
export const arm = () => nock(HOST)
export const onPool = (name: string) => `${CLUSTER}/agentPools/${name}`

/** An agent pool as AKS sends it. */
export function pool(name: string, properties: object = {}) {
  return {
    id: onPool(name),
    name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: { vmSize: 'Standard_NC24ads_A100_v4', provisioningState: 'Succeeded', eTag: 'etag-7', ...properties },
  }
}

/** The cloud under test and what it logged. */
export function azure(overrides: Partial<AzureCloudOptions> = {}) {
  const logged: [object, string][] = []
  const note = (facts: object, message: string) => logged.push([facts, message])
  const cloud = createAzureCloud({
    credential: { getToken: async () => ({ token: BEARER, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    subscriptionId: 'sub-1',
    resourceGroup: 'rg1',
    clusterName: 'aks1',
    location: 'eastus',
    clock: { now: () => Date.parse('2026-01-02T03:04:05Z'), monotonic: () => 0, after: () => () => undefined },
    random: () => 0,
    log: { info: note, warn: note },
    ...overrides,
  })
  return { cloud, logged }
}

/** Microsoft.Compute, ready to say that everything is offered and within its quota. */
function playCompute(): void {
  const compute = '/subscriptions/sub-1/providers/Microsoft.Compute'
  const usages = nock(HOST).get(`${compute}/locations/eastus/usages`).query(true).optionally().times(1000)
  usages.reply(200, { value: [USAGE] })
  nock(HOST)
    .get(`${compute}/skus`)
    .query(true)
    .optionally()
    .times(1000)
    .reply(200, { value: [SKU] })
}

const SKU = {
  resourceType: 'virtualMachines',
  name: 'Standard_NC24ads_A100_v4',
  family: 'StandardNCADSA100v4Family',
  capabilities: [{ name: 'vCPUs', value: '24' }],
}
const USAGE = { currentValue: 0, limit: 1e6, name: { value: 'cores' } }

/** Cuts the network off for a test file, and fails a test that leaves an announced request unsent. */
export function playAzure(): void {
  beforeAll(() => nock.disableNetConnect())
  beforeEach(playCompute)
  afterAll(() => {
    nock.enableNetConnect()
    nock.restore()
  })
  afterEach(() => {
    const unsent = nock.pendingMocks()
    nock.cleanAll()
    expect(unsent).toEqual([])
  })
}
