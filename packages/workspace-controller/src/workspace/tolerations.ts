import type { Workspace } from '@kaito/api'
import type { Toleration } from '@kaito/controller-kit'

const GPU_TOLERATIONS: Toleration[] = [
  { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
]
/** AKS taints spot nodes with it. */
const SPOT_TOLERATION: Toleration = {
  key: 'kubernetes.azure.com/scalesetpriority',
  operator: 'Equal',
  value: 'spot',
  effect: 'NoSchedule',
}

/** Taints that the Pods of a Workspace tolerate; `further` are those that this installation's nodes have beside ours. */
export function tolerationsFor(
  capacityType: Workspace['resource']['capacityType'],
  further: readonly Toleration[],
): Toleration[] {
  return [...GPU_TOLERATIONS, ...(capacityType === 'spot' ? [SPOT_TOLERATION] : []), ...further]
}
