const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** Deadlines, limits and pauses. Every state that bills has a deadline. */
export interface LifecycleSettings {
  /** From an accepted launch to a finished instance. */
  launchDeadlineMs: number
  /** From a finished instance to its Node. */
  registrationDeadlineMs: number
  /** From a registered Node to one that offers all that the claim requests. */
  initializationDeadlineMs: number
  /** How long pods may hold up the end of their node. */
  drainDeadlineMs: number
  /** The same for a node whose kubelet is silent: its pods can never confirm that they ended. */
  unreachableDrainDeadlineMs: number
  /** How long the cloud may take to delete an instance before it is asked again. */
  terminationDeadlineMs: number
  /** Accepted launches that may fail for one claim before somebody must act. */
  maxFailedLaunches: number
  /** Between tries of a launch that was refused. The cap also bounds how long one refusal is remembered. */
  refusalBackoff: { baseMs: number; capMs: number }
  /** Claims that may have an instance at the same time; undefined sets no limit. */
  maxNodes: number | undefined
  /** The same for the claims of Workspaces in one namespace; claims of nobody's Workspace count in none. */
  maxNodesPerNamespace: number | undefined
  /** GPUs that all claims together may hold; undefined sets no limit. */
  maxGpus: number | undefined
  /** Where the cluster is, `eastus` or `East US`; undefined is not known. */
  region: string | undefined
  garbageCollection: GarbageCollectionSettings
}

interface GarbageCollectionSettings {
  periodMs: number
  /** An instance whose claim is younger is left alone: the claim may not be visible yet. */
  graceMs: number
  /** How long the world must have been healthy before we delete what nobody asked to delete. */
  settleMs: number
  /** Share of our instances that one pass may delete; above it the breaker opens. At least one may always be. */
  breakerShare: number
}

export const DEFAULT_SETTINGS: LifecycleSettings = {
  launchDeadlineMs: 45 * MINUTE_MS,
  registrationDeadlineMs: 15 * MINUTE_MS,
  initializationDeadlineMs: 20 * MINUTE_MS,
  drainDeadlineMs: 60 * MINUTE_MS,
  unreachableDrainDeadlineMs: 5 * MINUTE_MS,
  terminationDeadlineMs: 15 * MINUTE_MS,
  maxFailedLaunches: 3,
  refusalBackoff: { baseMs: 30 * SECOND_MS, capMs: 30 * MINUTE_MS },
  maxNodes: undefined,
  maxNodesPerNamespace: undefined,
  maxGpus: undefined,
  region: undefined,
  garbageCollection: {
    periodMs: 2 * MINUTE_MS,
    graceMs: 5 * MINUTE_MS,
    settleMs: 15 * MINUTE_MS,
    breakerShare: 0.1,
  },
}
