import { type Cloud, clusterId, type PoolBody } from '../cloud.ts'
import type { Settings } from '../settings.ts'
import type { Pool } from './pool.ts'

/** The pool as AKS answers it, with its read-only members. */
export function poolBody(pool: Pool, settings: Settings): PoolBody {
  return {
    id: `${clusterId(settings)}/agentPools/${pool.name}`,
    name: pool.name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: {
      ...pool.properties,
      eTag: pool.etag,
      provisioningState: pool.provisioningState,
      powerState: { code: pool.powerState },
      currentOrchestratorVersion: kubernetesVersion(pool, settings),
      nodeImageVersion: nodeImageVersion(pool),
      ...(pool.provisioningError && { status: { provisioningError: pool.provisioningError } }),
    },
  }
}

/** A version asked for in full is the one that runs; of a minor version the emulator knows no patch but the cluster's. */
export function kubernetesVersion({ properties: { orchestratorVersion = '' } }: Pool, settings: Settings): string {
  return /^\d+\.\d+\.\d+$/.test(orchestratorVersion) ? orchestratorVersion : settings.kubernetesVersion
}

export function nodeImageVersion({ properties: { osSKU = 'Ubuntu' } }: Pool): string {
  if (osSKU.startsWith('Windows')) return 'AKSWindows-2022-20348.4294.251015'
  return osSKU.startsWith('Ubuntu') ? 'AKSUbuntu-2404gen2containerd-202510.19.1' : 'AKSAzureLinux-V3gen2-202510.19.1'
}

/** Shows a change to readers. Every change gets a new ETag. */
export function publishPool(cloud: Cloud, pool: Pool): void {
  pool.etag = cloud.newId()
  cloud.views.publish(pool.name, poolBody(pool, cloud.settings))
}
