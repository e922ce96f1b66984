import { ephemeralDiskGiB, type VmSize } from '../compute/vm-sizes.ts'
import type { Settings } from '../settings.ts'
import type { PoolProperties, RequestProperties } from './properties.ts'

export const SPOT_LABEL = 'kubernetes.azure.com/scalesetpriority'
const SPOT_TAINT = `${SPOT_LABEL}=spot:NoSchedule`
const DEFAULT_MAX_PODS = 250

/** What AKS adds to a pool that it accepts, as far as the answers show it. */
export function withDefaults(request: RequestProperties, size: VmSize, settings: Settings): PoolProperties {
  const osDiskSizeGB = request.osDiskSizeGB || defaultDiskGB(size)
  const { tags, nodeLabels, nodeTaints, availabilityZones, powerState, ...rest } = request
  return {
    ...FIXED,
    osDiskType: osDiskSizeGB <= ephemeralDiskGiB(size) ? 'Ephemeral' : 'Managed',
    ...(size.gpus > 0 && { gpuProfile: { driver: 'Install' } }),
    ...(request.scaleSetPriority === 'Spot' && { scaleSetEvictionPolicy: 'Delete', spotMaxPrice: -1 }),
    ...rest,
    count: request.count ?? 1,
    vmSize: request.vmSize ?? size.name,
    osDiskSizeGB,
    maxPods: request.maxPods ?? DEFAULT_MAX_PODS,
    mode: request.mode ?? 'User',
    orchestratorVersion: request.orchestratorVersion || settings.kubernetesVersion,
    ...(availabilityZones?.length && { availabilityZones }),
    ...(tags && Object.keys(tags).length > 0 && { tags }),
    ...nodeSettings(request),
  }
}

const FIXED = {
  kubeletDiskType: 'OS',
  type: 'VirtualMachineScaleSets',
  enableAutoScaling: false,
  scaleDownMode: 'Delete',
  enableNodePublicIP: false,
  enableEncryptionAtHost: false,
  enableUltraSSD: false,
  enableFIPS: false,
  osType: 'Linux',
  osSKU: 'Ubuntu',
  upgradeSettings: {},
  securityProfile: { enableVTPM: false, enableSecureBoot: false, sshAccess: 'LocalUser' },
} satisfies RequestProperties

type NodeSettings = Pick<RequestProperties, 'nodeLabels' | 'nodeTaints'>

/** Spot pools carry a label and a taint of AKS itself. */
function nodeSettings({ nodeLabels, nodeTaints = [], scaleSetPriority }: RequestProperties): NodeSettings {
  const spot = scaleSetPriority === 'Spot'
  const labels = { ...nodeLabels, ...(spot && { [SPOT_LABEL]: 'spot' }) }
  const taints = spot && !nodeTaints.includes(SPOT_TAINT) ? [...nodeTaints, SPOT_TAINT] : nodeTaints
  return {
    ...(Object.keys(labels).length > 0 && { nodeLabels: labels }),
    ...(taints.length > 0 && { nodeTaints: taints }),
  }
}

function defaultDiskGB({ vCpus }: VmSize): number {
  if (vCpus < 8) return 128
  if (vCpus < 16) return 256
  return vCpus < 64 ? 512 : 1024
}
