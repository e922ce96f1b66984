import { type AzureEmulator, startAzureEmulator, type VirtualClock, virtualClock } from '@kaito/azure-emulator'
import { type AzureCloudOptions, createAzureCloud } from '@kaito/cloud-azure'
import { Agent, request } from 'undici'
import { z } from 'zod'

/** An Azure that needs no more than a test can wait. */
export const QUICK_AZURE = { createSeconds: 1, nodeJoinSeconds: 0, deleteSeconds: 0.5, failSeconds: 0.5 }

/** Names of the agent pools with GPUs that bill now. */
export function livePools({ ledger }: AzureEmulator): string[] {
  return ledger.livePools().filter((pool) => pool !== 'nodepool1')
}

/** Names of all agent pools with GPUs that ever billed; one that billed twice is named twice. */
export function billedPools({ ledger }: AzureEmulator): string[] {
  return ledger.intervals().flatMap(({ pool, gpusPerMachine }) => (gpusPerMachine > 0 ? [pool] : []))
}

/** Requests about agent pools that reached Azure, as "METHOD status" or "LIST status". */
export function armCalls({ requests }: AzureEmulator): string[] {
  return requests
    .records()
    .filter(({ path }) => /\/agentPools(\/|$)/i.test(path))
    .map(({ method, status, path }) => `${/agentPools$/i.test(path) ? 'LIST' : method} ${status ?? 'lost'}`)
}

/** The Azure cloud on an emulated cluster that stands still until its clock is advanced. */
export function cloudOn(
  emulator: AzureEmulator,
  { clock, credential }: { clock: VirtualClock; credential: AzureCloudOptions['credential'] },
) {
  const { subscriptionId, resourceGroup, cluster, location } = emulator.settings()
  return createAzureCloud({
    credential,
    subscriptionId,
    resourceGroup,
    clusterName: cluster,
    location,
    endpoint: emulator.url,
    ca: emulator.ca,
    clock: { now: clock.now, monotonic: clock.now, after: clock.after },
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
  })
}

/** An emulated cluster that stands still until advanced, and the cloud on it with a token that needs no exchange. */
export async function startCloud() {
  const clock = virtualClock(Date.parse('2026-01-02T03:04:05Z'))
  const emulator = await startAzureEmulator({ clock, resourceGroup: 'rg1', cluster: 'aks1' })
  const getToken = async () => ({ token: emulator.issueToken(), expiresOnTimestamp: Date.now() + 3_600_000 })
  return {
    cloud: cloudOn(emulator, { credential: { getToken }, clock }),
    emulator,
    [Symbol.asyncDispose]: emulator.stop,
  }
}

/** What the emulator answers for something of its cluster, such as `agentPools/ws1`. */
export async function readArm({ url, ca, issueToken, settings }: AzureEmulator, resource: string): Promise<unknown> {
  const dispatcher = new Agent({ connect: { ca } })
  const { subscriptionId, resourceGroup, cluster } = settings()
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster}/${resource}?api-version=2026-06-01`
  const answer = await request(url + path, { dispatcher, headers: { authorization: `Bearer ${issueToken()}` } })
  const body = await answer.body.json()
  await dispatcher.close()
  return body
}

const machinesSchema = z.object({ value: z.array(z.object({ properties: z.object({ resourceId: z.string() }) })) })

/** Of the first machine of a pool, as its Node says it. */
export async function providerIDOf(emulator: AzureEmulator, pool: string): Promise<string> {
  const { value } = machinesSchema.parse(await readArm(emulator, `agentPools/${pool}/machines`))
  return `azure://${value[0]?.properties.resourceId}`
}
