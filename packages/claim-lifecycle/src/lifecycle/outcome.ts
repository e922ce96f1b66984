import type { ClaimReport } from '../claim/claim-adapter.ts'
import type { LaunchRefusal } from '../launch/refusal.ts'

/** What could not be done in this pass, or was refused. */
export interface Outcome {
  refusal?: LaunchRefusal | undefined
  /** The launch on record as failed in this very pass. */
  failed?: { reason: string; message: string } | undefined
  /** The claim itself was deleted in this pass. */
  ended?: boolean
  /** The pass only asked the cloud whether the instance is gone; the next one decides on the answer. */
  probed?: boolean
  /** The cloud accepted to end the instance. */
  terminated?: boolean
  /** Pods that may not be evicted, `namespace/name`, with the server's words. */
  unevictable?: ReadonlyMap<string, string>
  /** What the API server does not let us do, in its words. */
  forbidden?: string
}

export interface PassReport {
  claim: ClaimReport
  revisitAfterMs: number | undefined
}
