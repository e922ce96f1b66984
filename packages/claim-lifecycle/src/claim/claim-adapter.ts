import type { KubernetesObject, Resource } from '@kaito/controller-kit'
import type { Claim } from './claim.ts'

/** What is true of one step now; the adapter decides how its kind words it as a condition. */
export type StepReport =
  | { met: true; message?: string }
  /** `final` where no waiting will change it: False in kinds that say Unknown of what is still open. */
  | { met: false; reason: string; message: string; final?: boolean }

export function unmet(reason: string, message: string): StepReport {
  return { met: false, reason, message }
}

/** What a pass found out. An absent part leaves the status as it is. */
export interface ClaimReport {
  launched?: StepReport
  registered?: StepReport
  initialized?: StepReport
  /** Stages of a deletion, told only by kinds whose closing rule is staged; in words there, `trouble` is not needed. */
  drained?: StepReport
  volumesDetached?: StepReport
  instanceTerminating?: StepReport
  /** Why a deletion takes long; shown where people look first. Absent for kinds that tell the stages. */
  trouble?: { reason: string; message: string }
  /** Whether the node still has what it had when it became usable; told by kinds that have a word for it. */
  consistent?: StepReport
  /** Whether the node, once usable, can be used now. Absent while nothing was ever wrong; Ready does not follow it. */
  nodeHealthy?: StepReport
  /** How far the launch that the cloud accepted last has come; `none` when there is none, or it failed. */
  instance?: 'none' | 'creating' | 'created'
  /** `none` forgets the node of a launch that failed. */
  node?: 'none' | NodeReport
}

interface NodeReport {
  name: string
  providerID: string
  /** Image it runs, where the cloud says so on the Node. */
  imageID?: string | undefined
  capacity: Record<string, string>
  allocatable: Record<string, string>
}

/** How the Nodes of a kind of claim are closed when they end. Kinds differ by this alone. */
export interface ClosingRule {
  /** On a closed Node: keeps new pods off, and pods that tolerate it are not waited for. */
  readonly taint: { readonly key: string; readonly effect: string }
  /** Kubernetes itself puts the taint on, for the Node is marked unschedulable; otherwise we do. */
  readonly byCordon: boolean
  /** Annotation by which a pod refuses to be evicted before its node must end; undefined where none is heeded. */
  readonly protectedBy: string | undefined
  /** Tells each stage of the end as a condition of the claim, volumes being one of them. */
  readonly staged: boolean
}

/** What the contract of a kind of claim asks of a Node that serves. */
export interface ServingRule {
  /** The cloud is expected to keep pods off until the Node is registered, by `UNREGISTERED_TAINT`. */
  readonly expectsUnregisteredTaint: boolean
  /** Which resources of a usable Node must stay what they were. */
  readonly compares: 'all' | 'requested'
}

/** How one kind of claim is read and written. Adding a kind means adding one of these. */
export interface ClaimAdapter<T extends KubernetesObject> {
  readonly resource: Resource<T>
  readonly closing: ClosingRule
  readonly serving: ServingRule
  /** Whether this backend serves the object; nothing is ever written on one that it does not serve. */
  isOurs(object: T): boolean
  read(object: T): Claim
  /** The whole status the object shall have after this report; `nowIso` dates the conditions that moved. */
  status(object: T, report: ClaimReport, nowIso: string): object
}
