import { GPU_RESOURCE } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { missingResource } from '../node/initialization.ts'
import { readyStatus } from '../node/node-facts.ts'

/**
 * Node conditions that are healthy while they are not True, as the node problem detectors of clouds set them, the gravest
 * first. Left out are those that announce maintenance (`VMEventScheduled`) or only slow a node down
 * (`GPUClockThrottling`, `FrequentUnregisterNetDevice`).
 */
const BAD_CONDITIONS = [
  'GPUMissing',
  'XIDErrors',
  'NVLinkStatusInactive',
  'IBLinkFlapping',
  'UnhealthyNvidiaDevicePlugin',
  'UnhealthyNvidiaDCGMServices',
  'KernelDeadlock',
  'ReadonlyFilesystem',
  'FilesystemCorruptionProblem',
  'KubeletProblem',
  'ContainerRuntimeProblem',
  'FrequentKubeletRestart',
  'FrequentContainerdRestart',
  'FrequentDockerRestart',
]

interface Symptom {
  /** CamelCase: the condition of the Node, or what takes its place. */
  reason: string
  message: string
}

/** What is wrong with a Node that was usable, the gravest first; empty for a healthy one. */
export function symptoms(claim: Claim, node: Node): Symptom[] {
  const conditions = node.status?.conditions ?? []
  const ready = readyStatus(node)
  const notReady = { reason: 'NodeNotReady', message: `Ready is ${ready}` }
  const bad = BAD_CONDITIONS.flatMap((type) => {
    const found = conditions.find((condition) => condition.type === type && condition.status === 'True')
    return found ? [{ reason: type, message: found.message ?? type }] : []
  })
  const lacksGpu = { reason: 'GPUNotRegistered', message: 'fewer GPUs are allocatable than the claim requests' }
  return [
    ...(ready === 'True' ? [] : [notReady]),
    ...bad,
    ...(ready === 'True' && missingResource(claim, node) === GPU_RESOURCE ? [lacksGpu] : []),
  ]
}
