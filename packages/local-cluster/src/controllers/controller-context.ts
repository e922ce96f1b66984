import type { ClusterAccess } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import type { RecordEvent } from '../objects/event-recorder.ts'
import type { ClusterStores } from './cluster-stores.ts'

/** What every controller of the cluster is given. */
export interface ControllerContext {
  access: ClusterAccess
  clock: ClusterClock
  signal: AbortSignal
  log: (line: string, facts?: object) => void
  stores: ClusterStores
  record: RecordEvent
  /** Between 0 and 1, for the endings of generated names. */
  random: () => number
}
