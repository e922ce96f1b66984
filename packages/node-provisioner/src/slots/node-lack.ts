import { GPU_RESOURCE, quantityValue, type Reason } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { SlotPhase } from '../node-provisioner.ts'

/** Why a slot has no usable node. */
export interface Lack {
  phase: Exclude<SlotPhase, 'Ready'>
  reason: Reason
  message: string
  revisitAfterMs?: number
}

/** Undefined when the node is ready and shows the GPUs that each node must show. */
export function nodeLack({ metadata: { name }, status }: Node, gpusPerNode: number): Lack | undefined {
  const readiness = status?.conditions?.find(({ type }) => type === 'Ready')
  if (readiness?.status !== 'True') {
    const why = readiness?.message ?? 'its kubelet has not reported'
    return { phase: 'NotReady', reason: 'NodeNotReady', message: `node ${name} is not ready: ${why}` }
  }
  const gpus = quantityValue(status?.allocatable?.[GPU_RESOURCE] ?? '0')
  if (gpus >= gpusPerNode) return undefined
  const message = `node ${name} shows ${gpus} of ${gpusPerNode} GPUs; check that the NVIDIA device plugin runs on it`
  return { phase: 'NotReady', reason: 'GPUNotRegistered', message }
}
