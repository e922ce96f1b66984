import type { KubernetesObject, Resource } from '@kaito/controller-kit'
import type { Claim } from './claim.ts'

/** What is true of one step now; the adapter decides how its kind words it as a condition. */
export type StepReport = { met: true } | { met: false; reason: string; message: string }

/** What a pass found out. An absent part leaves the status as it is. */
export interface ClaimReport {
  launched?: StepReport
  registered?: StepReport
  initialized?: StepReport
  /** Why a deletion takes long; shown where people look first. */
  trouble?: { reason: string; message: string }
  /** `none` forgets the node of a launch that failed. */
  node?:
    | 'none'
    | { name: string; providerID: string; capacity: Record<string, string>; allocatable: Record<string, string> }
}

/** How one kind of claim is read and written. Adding a kind means adding one of these. */
export interface ClaimAdapter<T extends KubernetesObject> {
  readonly resource: Resource<T>
  /** Whether this backend serves the object; nothing is ever written on one that it does not serve. */
  isOurs(object: T): boolean
  read(object: T): Claim
  /** The whole status the object shall have after this report; `nowIso` dates the conditions that moved. */
  status(object: T, report: ClaimReport, nowIso: string): object
}
