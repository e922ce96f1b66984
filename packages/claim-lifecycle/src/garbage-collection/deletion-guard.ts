import { CloudError, type CloudProvider } from '@kaito/cloud-provider'
import type { Clock } from '@kaito/controller-kit'

/** Says when we may delete what nobody asked us to delete. */
export interface DeletionGuard {
  /** Looks at the cloud and our own eyes; `askCloud` false looks only at the latter. */
  check(askCloud: boolean, signal: AbortSignal): Promise<void>
  allows(): boolean
}

interface Options {
  cloud: CloudProvider
  clock: Clock
  /** Whether the watches of the cluster and the list of the cloud are alive. */
  seesClearly: () => boolean
  /** How long everything must have been well; a process that has just started counts as trouble. */
  settleMs: number
}

/** After a stop, an upgrade or an outage everything looks dead for a while: deleting then would delete the living. */
export function createDeletionGuard({ cloud, clock, seesClearly, settleMs }: Options): DeletionGuard {
  let lastTroubleAt = clock.monotonic()

  async function isRunning(signal: AbortSignal): Promise<boolean> {
    try {
      return (await cloud.health({ signal })).state === 'Running'
    } catch (error) {
      if (error instanceof CloudError) return false
      throw error
    }
  }

  return {
    async check(askCloud, signal) {
      if (!seesClearly() || (askCloud && !(await isRunning(signal)))) lastTroubleAt = clock.monotonic()
    },
    allows: () => seesClearly() && clock.monotonic() - lastTroubleAt >= settleMs,
  }
}
