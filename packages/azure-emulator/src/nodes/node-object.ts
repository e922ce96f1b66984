import { SPOT_LABEL } from '../agent-pools/defaults.ts'
import type { Machine, Pool } from '../agent-pools/pool.ts'
import { kubernetesVersion, nodeImageVersion } from '../agent-pools/pool-body.ts'
import { nodeResourceGroup, scaleSetId } from '../cloud.ts'
import { findVmSize, type VmSize } from '../compute/vm-sizes.ts'
import type { Settings } from '../settings.ts'
import type { NodeObject } from './node-registry.ts'

/** The Node that AKS registers for a machine: the driver is installed, the device plugin is not. */
export function nodeObject(pool: Pool, machine: Machine, settings: Settings): NodeObject {
  const size = findVmSize(pool.properties.vmSize)
  const taints = (pool.properties.nodeTaints ?? []).map(parseTaint)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: machine.name,
      labels: nodeLabels(pool, machine, settings),
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        'simulation.kaito.sh/node': 'true',
        'simulation.kaito.sh/gpus': String(workingGpus(pool, size)),
      },
    },
    spec: {
      providerID: `azure://${scaleSetId(settings, pool.name)}/virtualMachines/${machine.id}`,
      ...(taints.length && { taints }),
    },
    status: {
      ...resources(pool, size),
      addresses: [
        { type: 'InternalIP', address: machine.ip },
        { type: 'Hostname', address: machine.name },
      ],
      nodeInfo: nodeInfo(machine, kubernetesVersion(pool, settings), size),
    },
  }
}

function workingGpus({ properties, fault }: Pool, size: VmSize | undefined): number {
  if (properties.gpuProfile?.driver === 'None') return 0
  return fault?.gpus ?? size?.gpus ?? 0
}

function nodeLabels(pool: Pool, machine: Machine, settings: Settings): Record<string, string> {
  const { properties, name } = pool
  const size = findVmSize(properties.vmSize)
  const { location } = settings
  const zone = machine.zone ? `${location}-${machine.zone}` : '0'
  const arch = size?.cpuArchitecture === 'Arm64' ? 'arm64' : 'amd64'
  const mode = properties.mode.toLowerCase()
  const spot = properties.scaleSetPriority === 'Spot'
  return {
    ...properties.nodeLabels,
    agentpool: name,
    'kubernetes.azure.com/agentpool': name,
    'kubernetes.azure.com/cluster': nodeResourceGroup(settings),
    'kubernetes.azure.com/mode': mode,
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.azure.com/managedby': 'aks',
    'kubernetes.azure.com/priority': spot ? 'spot' : 'regular',
    ...(spot && { [SPOT_LABEL]: 'spot' }),
    ...(size?.gpuVendor && { accelerator: size.gpuVendor, 'kubernetes.azure.com/accelerator': size.gpuVendor }),
    'kubernetes.azure.com/nodepool-type': 'VirtualMachineScaleSets',
    'kubernetes.azure.com/os-sku': properties.osSKU ?? 'Ubuntu',
    'kubernetes.azure.com/node-image-version': nodeImageVersion(pool),
    'kubernetes.azure.com/storageprofile': properties.osDiskType ?? 'Managed',
    storageprofile: properties.osDiskType ?? 'Managed',
    'kubernetes.azure.com/sku-cpu': String(size?.vCpus ?? 0),
    'kubernetes.azure.com/sku-memory': String((size?.memoryGiB ?? 0) * 1024),
    'kubernetes.io/role': 'agent',
    'node-role.kubernetes.io/agent': '',
    'kubernetes.io/arch': arch,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/hostname': machine.name,
    'beta.kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/instance-type': properties.vmSize,
    'node.kubernetes.io/instance-type': properties.vmSize,
    'topology.kubernetes.io/region': location,
    'topology.kubernetes.io/zone': zone,
    'failure-domain.beta.kubernetes.io/region': location,
    'failure-domain.beta.kubernetes.io/zone': zone,
    'topology.disk.csi.azure.com/zone': machine.zone ? zone : '',
  }
}

function parseTaint(taint: string): { key: string; value?: string; effect: string } {
  const colon = taint.lastIndexOf(':')
  const [key = '', value] = taint.slice(0, colon).split('=')
  return { key, ...(value !== undefined && { value }), effect: taint.slice(colon + 1) }
}

const RESERVED_CPU: readonly [cores: number, milli: number][] = [
  [64, 740],
  [32, 420],
  [16, 260],
  [8, 180],
  [4, 140],
  [2, 100],
]

// Ratios seen on a real Standard_NC6s_v3 node: firmware and file system take a share of what the size promises.
const VISIBLE_MEMORY = 0.982
const VISIBLE_DISK = 0.9677

function resources(
  { properties }: Pool,
  size: VmSize | undefined,
): Pick<NodeObject['status'], 'capacity' | 'allocatable'> {
  const vCpus = size?.vCpus ?? 1
  const memoryKi = Math.floor((size?.memoryGiB ?? 1) * 1024 * 1024 * VISIBLE_MEMORY)
  const diskKi = Math.floor(properties.osDiskSizeGB * 1024 * 1024 * VISIBLE_DISK)
  const reservedMilli = RESERVED_CPU.find(([cores]) => vCpus >= cores)?.[1] ?? 60
  const reservedKi = Math.min(20 * 1024 * properties.maxPods + 50 * 1024, memoryKi / 4) + 100 * 1024
  const fixed = { 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: String(properties.maxPods) }
  return {
    capacity: { cpu: String(vCpus), memory: `${memoryKi}Ki`, 'ephemeral-storage': `${diskKi}Ki`, ...fixed },
    allocatable: {
      cpu: `${vCpus * 1000 - reservedMilli}m`,
      memory: `${Math.floor(memoryKi - reservedKi)}Ki`,
      'ephemeral-storage': String(Math.floor(diskKi * 1024 * 0.9)),
      ...fixed,
    },
  }
}

function nodeInfo(machine: Machine, version: string, size: VmSize | undefined): Record<string, string> {
  return {
    machineID: machine.bootId.replaceAll('-', ''),
    systemUUID: machine.bootId,
    bootID: machine.bootId,
    kernelVersion: '6.8.0-1034-azure',
    osImage: 'Ubuntu 24.04.3 LTS',
    containerRuntimeVersion: 'containerd://2.0.6',
    kubeletVersion: `v${version}`,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: size?.cpuArchitecture === 'Arm64' ? 'arm64' : 'amd64',
  }
}
