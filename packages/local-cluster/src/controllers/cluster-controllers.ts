import type { ClusterAccess } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'

export interface ClusterControllersOptions {
  access: ClusterAccess
  /** Stops every controller. */
  signal: AbortSignal
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
}

/** Starts the controllers that a cluster brings with it; they run until the signal aborts. */
export function startClusterControllers(_options: ClusterControllersOptions): void {}
