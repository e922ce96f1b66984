import type { ClusterAccess } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import type { KubeletTimings } from './kubelet-timings.ts'

export interface KubeletOptions {
  access: ClusterAccess
  /** Stops every simulated node with its containers. */
  signal: AbortSignal
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
  timings?: Partial<KubeletTimings>
}

/** Starts a simulation of the kubelet of every Node that is annotated as simulated. */
export async function startKubelet(_options: KubeletOptions): Promise<{ address: string }> {
  return { address: '' }
}
