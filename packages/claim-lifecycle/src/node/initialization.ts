import { GPU_RESOURCE, INITIALIZED_LABEL, quantityValue, UNREGISTERED_TAINT } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { type StepReport, unmet } from '../claim/claim-adapter.ts'
import { findTaint, readyStatus, taintText } from './node-facts.ts'

const EPHEMERAL_TAINTS = [
  { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  UNREGISTERED_TAINT,
]
/** Taints of readiness gates, whoever sets them, go away by themselves as well. */
const READINESS_PREFIX = 'readiness.k8s.io/'

/** Sizes the disk; no node ever shows it as allocatable. */
const DISK_REQUEST = 'storage'

/** Whether the node can run what the claim was made for. Once it could, it counts as initialized for life. */
export function initialization(claim: Claim, node: Node, devicePluginRuns: boolean | undefined): StepReport {
  if (node.metadata.labels?.[INITIALIZED_LABEL] === 'true') return { met: true }
  if (readyStatus(node) !== 'True') return unmet('NodeNotReady', 'Node status is NotReady')
  for (const taint of claim.startupTaints) {
    const found = findTaint(node, taint)
    if (found) return unmet('StartupTaintsExist', `StartupTaint "${taintText(found)}" still exists`)
  }
  const passing = ephemeralTaint(node)
  if (passing) return unmet('KnownEphemeralTaintsExist', `KnownEphemeralTaint "${taintText(passing)}" still exists`)
  const missing = missingResource(claim, node)
  if (missing === undefined) return { met: true }
  const message = `Resource "${missing}" was requested but not registered`
  if (missing !== GPU_RESOURCE) return unmet('ResourceNotRegistered', message)
  return unmet('GPUNotRegistered', `${message}. ${gpuRemedy(devicePluginRuns)}`)
}

function ephemeralTaint(node: Node): ReturnType<typeof findTaint> {
  const known = EPHEMERAL_TAINTS.map((taint) => findTaint(node, taint)).find((found) => found !== undefined)
  return known ?? node.spec?.taints?.find(({ key }) => key.startsWith(READINESS_PREFIX))
}

export function missingResource(claim: Claim, node: Node): string | undefined {
  return Object.keys(claim.requests).find((name) => name !== DISK_REQUEST && !isOffered(name, claim, node))
}

/** Devices must all be there; of memory and processors the system keeps a part, so any amount will do. */
function isOffered(name: string, claim: Claim, node: Node): boolean {
  const offered = quantityValue(node.status?.allocatable?.[name] ?? 0)
  return name.includes('/') ? offered >= (claim.requests[name] ?? 0) : offered > 0
}

function gpuRemedy(devicePluginRuns: boolean | undefined): string {
  if (devicePluginRuns === false) {
    return 'No device plugin runs on the node: install the NVIDIA device plugin so that it tolerates the taints of the node'
  }
  if (devicePluginRuns === true) return 'A device plugin runs on the node: its log says why it offers too few GPUs'
  return 'Check that the NVIDIA device plugin runs on the node'
}
