/** The part of Kubernetes object metadata that this product reads or writes; timestamps are RFC 3339 strings. */
export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  finalizers?: string[]
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** Node taint; `effect` is one of NoSchedule, PreferNoSchedule, NoExecute. */
export interface Taint {
  key: string
  value?: string
  effect: string
}

/** Condition as `kubectl wait --for=condition=` reads it. `observedGeneration` is absent on Machines (knative form). */
export interface Condition {
  type: string
  status: ConditionStatus
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

export type ConditionStatus = 'True' | 'False' | 'Unknown'
