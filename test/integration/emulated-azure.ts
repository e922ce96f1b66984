import type { AzureEmulator, VirtualClock } from '@kaito/azure-emulator'
import { type AzureCloudOptions, createAzureCloud } from '@kaito/cloud-azure'

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
    clock: { now: clock.now, monotonic: clock.now },
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
  })
}
