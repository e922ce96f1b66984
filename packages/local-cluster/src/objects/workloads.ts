import type { KubeObject } from '../cluster-access.ts'
import type { LabelSelector } from '../selectors/label-selector.ts'
import type { Condition } from './condition.ts'
import type { PodTemplate } from './pod.ts'

export interface ReplicaSet extends KubeObject {
  spec: { replicas?: number; selector: LabelSelector; template: PodTemplate; minReadySeconds?: number }
  status?: {
    replicas?: number
    fullyLabeledReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    observedGeneration?: number
  }
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number
    selector: LabelSelector
    template: PodTemplate
    minReadySeconds?: number
    paused?: boolean
    revisionHistoryLimit?: number
    progressDeadlineSeconds?: number
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
  }
  status?: {
    replicas?: number
    updatedReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    unavailableReplicas?: number
    observedGeneration?: number
    conditions?: Condition[]
  }
}

export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector
    template: PodTemplate
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } }
  }
  status?: Record<string, unknown>
}

export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number
    serviceName?: string
    selector: LabelSelector
    template: PodTemplate
    podManagementPolicy?: string
    ordinals?: { start?: number }
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } }
  }
  status?: { currentRevision?: string; updateRevision?: string; [field: string]: unknown }
}

export interface PodFailurePolicyRule {
  action: string
  onExitCodes?: { containerName?: string; operator: string; values: number[] }
  onPodConditions?: { type: string; status?: string }[]
}

export interface Job extends KubeObject {
  spec: {
    template: PodTemplate
    selector?: LabelSelector
    parallelism?: number
    completions?: number
    completionMode?: string
    backoffLimit?: number
    activeDeadlineSeconds?: number
    ttlSecondsAfterFinished?: number
    suspend?: boolean
    podFailurePolicy?: { rules: PodFailurePolicyRule[] }
  }
  status?: {
    active?: number
    ready?: number
    succeeded?: number
    failed?: number
    startTime?: string
    completionTime?: string
    conditions?: Condition[]
    [field: string]: unknown
  }
}

export interface PodDisruptionBudget extends KubeObject {
  spec: { selector?: LabelSelector; minAvailable?: number | string; maxUnavailable?: number | string }
  status?: { conditions?: Condition[]; [field: string]: unknown }
}
