import type { Taint } from '@kaito/api'

export type CapacityType = 'on-demand' | 'spot'

/** One way to launch an instance for a claim. */
export interface LaunchChoice {
  instanceType: string
  capacityType: CapacityType
  /** Undefined lets the cloud place it anywhere in its region. */
  zone: string | undefined
}

/** What an earlier pass reported about one step, as it stands in the claim's conditions. */
export interface RecordedStep {
  met: boolean
  reason: string | undefined
  message: string | undefined
  /** Wall clock milliseconds of the last change; undefined when the condition carries no readable time. */
  sinceMs: number | undefined
}

export type StepName = 'launched' | 'registered' | 'initialized'

/** Stages of a deletion, in order. */
type EndStepName = 'drained' | 'volumesDetached' | 'instanceTerminating'

/** One label requirement as a claim words it. */
export interface Requirement {
  key: string
  operator: string
  values?: string[] | undefined
}

/** Somebody's wish for one node, the same for every kind of claim. */
export interface Claim {
  name: string
  /** By which the cloud knows its instance; see `instanceName`. */
  instanceName: string
  uid: string
  generation: number
  /** RFC 3339. */
  createdAt: string
  deletedAt: string | undefined
  /** Carries our finalizer: nothing is launched before, and it stays until the instance is proven gone. */
  held: boolean
  labels: Record<string, string>
  annotations: Record<string, string>
  /** As written, in that order. */
  requirements: readonly Requirement[]
  /** The `AgentPoolClass` that it names; undefined takes the defaults. */
  className: string | undefined
  /** Karpenter's label for the class, on the claim and its Node; empty for kinds that have none. */
  classLabels: Record<string, string>
  /** Its NodePool replaces it when it ends, so Karpenter's own rules hold for it. */
  ownedByNodePool: boolean
  /** After that long in deletion its pods are deleted, whatever holds them; undefined waits as the settings say. */
  terminationGracePeriodMs: number | undefined
  /** Wall clock milliseconds at which the claim ends by itself; undefined is never. */
  expiresAtMs: number | undefined
  /** Fields that say nothing anybody could serve, each with its name; empty for almost every claim. */
  faults: readonly string[]
  /** What the requirements say of every node of the claim, as labels. */
  fixedLabels: Record<string, string>
  taints: Taint[]
  startupTaints: Taint[]
  /** Amounts in base units that the node must offer; only those above zero. See `requestedResources`. */
  requests: Record<string, number>
  /** Undefined takes the default of the class or of the size, where that has `leastDiskGiB`. */
  diskGiB: number | undefined
  leastDiskGiB: number | undefined
  providerID: string | undefined
  nodeName: string | undefined
  /** What its Node had, as recorded; quantities as text. */
  capacity: Record<string, string>
  /** Undefined for a step that was never reported. */
  steps: Record<StepName, RecordedStep | undefined>
  /** The same for the stages of its deletion; empty for kinds that do not tell them. */
  endSteps: Partial<Record<EndStepName, RecordedStep | undefined>>
  /** What was told of the node's health; undefined while nothing was ever wrong. */
  nodeHealthy: RecordedStep | undefined
}
