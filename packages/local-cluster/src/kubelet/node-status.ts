import { isDeepStrictEqual } from 'node:util'
import { type Condition, withCondition } from '../objects/condition.ts'
import type { Node, NodeStatus } from '../objects/node.ts'
import { isReady, type Pod } from '../objects/pod.ts'
import { KWOK_NODE, SIMULATED_GPUS, SIMULATED_NODE } from '../simulation-annotations.ts'

const GPU = 'nvidia.com/gpu'
const DEVICE_PLUGIN = 'k8s-device-plugin'

const HEALTHY: Condition[] = [
  { type: 'NetworkUnavailable', status: 'False', reason: 'RouteCreated', message: 'simulated network' },
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'simulated kubelet is posting ready status' },
]

const DEFAULT_CAPACITY = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' }
const NODE_INFO = {
  architecture: 'amd64',
  operatingSystem: 'linux',
  osImage: 'simulated',
  kernelVersion: 'simulated',
  containerRuntimeVersion: 'simulated://1.0',
  kubeletVersion: 'v1.36.3+simulated',
  kubeProxyVersion: 'v1.36.3+simulated',
  machineID: '',
  systemUUID: '',
  bootID: '',
}

export function isSimulated({ metadata }: Node): boolean {
  const mark = metadata.annotations?.[SIMULATED_NODE]
  if (mark !== undefined) return mark !== 'false'
  return metadata.annotations?.[KWOK_NODE] === 'fake'
}

export function nodeAddress({ status }: Node): string {
  return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '10.224.0.4'
}

/** Whether the pods of a node make its GPUs allocatable. */
function hasDevicePlugin(podsOfNode: Pod[]): boolean {
  return podsOfNode.some(
    (pod) =>
      isReady(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      pod.spec.containers.some(({ image }) => image.includes(DEVICE_PLUGIN)),
  )
}

interface NodeFacts {
  node: Node
  podsOfNode: Pod[]
  kubeletPort: number
  /** RFC 3339. */
  now: string
}

/** The status the kubelet of a healthy machine reports; what the machine's maker has set stays. */
export function nodeStatus({ node, podsOfNode, kubeletPort, now }: NodeFacts): NodeStatus {
  const before = node.status ?? {}
  const gpus = gpuQuantity(node, podsOfNode)
  const capacity = { ...DEFAULT_CAPACITY, ...before.allocatable, ...before.capacity, ...gpus }
  return {
    ...before,
    capacity,
    allocatable: { ...capacity, ...before.allocatable, ...gpus },
    conditions: HEALTHY.reduce((conditions, wanted) => withHeartbeat(conditions, wanted, now), before.conditions ?? []),
    addresses: before.addresses?.length
      ? before.addresses
      : [
          { type: 'InternalIP', address: nodeAddress(node) },
          { type: 'Hostname', address: node.metadata.name },
        ],
    nodeInfo: { ...NODE_INFO, ...withoutBlanks(before.nodeInfo ?? {}) },
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  }
}

/** The time of a heartbeat changes only with what it reports: the Lease shows that the node lives. */
function withHeartbeat(conditions: Condition[], wanted: Condition, now: string): Condition[] {
  const before = conditions.find(({ type }) => type === wanted.type)
  const { lastHeartbeatTime, lastTransitionTime: _since, ...said } = before ?? { type: '', status: '' }
  if (lastHeartbeatTime !== undefined && isDeepStrictEqual(said, wanted)) return conditions
  return withCondition(conditions, { ...wanted, lastHeartbeatTime: now }, now)
}

function gpuQuantity(node: Node, podsOfNode: Pod[]): Record<string, string> {
  const gpus = node.metadata.annotations?.[SIMULATED_GPUS]
  if (gpus === undefined) return {}
  if (hasDevicePlugin(podsOfNode)) return { [GPU]: gpus }
  return node.status?.capacity?.[GPU] === undefined ? {} : { [GPU]: '0' }
}

function withoutBlanks(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}
