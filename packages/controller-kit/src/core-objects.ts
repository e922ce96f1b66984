import type { KubernetesObject } from './kubernetes-object.ts'

/** Amounts by resource name, as Kubernetes quantities. */
type ResourceAmounts = Record<string, string>

interface CoreTaint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}

interface CoreCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
}

export interface Node extends KubernetesObject {
  spec?: { providerID?: string; taints?: CoreTaint[]; unschedulable?: boolean }
  status?: {
    capacity?: ResourceAmounts
    allocatable?: ResourceAmounts
    conditions?: (CoreCondition & { lastHeartbeatTime?: string })[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: { kubeletVersion?: string; osImage?: string; bootID?: string; systemUUID?: string }
  }
}

export interface Toleration {
  key?: string | undefined
  operator?: 'Exists' | 'Equal'
  value?: string | undefined
  effect?: string | undefined
  tolerationSeconds?: number
}

interface EnvironmentVariable {
  name: string
  value?: string
  valueFrom?: {
    fieldRef?: { fieldPath: string }
    secretKeyRef?: { name: string; key: string; optional?: boolean }
    configMapKeyRef?: { name: string; key: string; optional?: boolean }
  }
}

interface Probe {
  httpGet?: { path: string; port: number | string; scheme?: string }
  exec?: { command: string[] }
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  failureThreshold?: number
  successThreshold?: number
}

interface VolumeMount {
  name: string
  mountPath: string
  subPath?: string
  readOnly?: boolean
}

export interface Container {
  name: string
  image: string
  imagePullPolicy?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: EnvironmentVariable[]
  ports?: { name?: string; containerPort: number; protocol?: string }[]
  resources?: { requests?: ResourceAmounts; limits?: ResourceAmounts }
  volumeMounts?: VolumeMount[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: Record<string, unknown>
  restartPolicy?: string
  terminationMessagePolicy?: string
  securityContext?: Record<string, unknown>
}

export interface Volume {
  name: string
  emptyDir?: { medium?: string; sizeLimit?: string }
  configMap?: { name: string; items?: { key: string; path: string }[]; optional?: boolean }
  secret?: { secretName: string; defaultMode?: number; items?: { key: string; path: string }[]; optional?: boolean }
  hostPath?: { path: string; type?: string }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  ephemeral?: Record<string, unknown>
  image?: { reference: string; pullPolicy?: string }
  downwardAPI?: { items: { path: string; fieldRef: { fieldPath: string } }[] }
  projected?: Record<string, unknown>
}

export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  volumes?: Volume[]
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: Record<string, unknown>
  tolerations?: Toleration[]
  imagePullSecrets?: { name: string }[]
  restartPolicy?: string
  serviceAccountName?: string
  automountServiceAccountToken?: boolean
  terminationGracePeriodSeconds?: number
  priorityClassName?: string
  priority?: number
  securityContext?: Record<string, unknown>
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: PodSpec
}

interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string }
  terminated?: { exitCode: number; reason?: string; message?: string; finishedAt?: string }
}

interface ContainerStatus {
  name: string
  ready: boolean
  restartCount: number
  state?: ContainerState
  lastState?: ContainerState
}

export interface Pod extends KubernetesObject {
  spec?: PodSpec
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    reason?: string
    message?: string
    conditions?: CoreCondition[]
    podIP?: string
    startTime?: string
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
  }
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

export interface Service extends KubernetesObject {
  spec?: {
    type?: string
    clusterIP?: string
    selector?: Record<string, string>
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[]
    publishNotReadyAddresses?: boolean
  }
}

export interface Deployment extends KubernetesObject {
  spec?: {
    replicas?: number
    selector: LabelSelector
    template: PodTemplate
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
    progressDeadlineSeconds?: number
  }
  status?: {
    observedGeneration?: number
    replicas?: number
    readyReplicas?: number
    updatedReplicas?: number
    availableReplicas?: number
    conditions?: CoreCondition[]
  }
}

export interface StatefulSet extends KubernetesObject {
  spec?: {
    replicas?: number
    serviceName?: string
    podManagementPolicy?: 'OrderedReady' | 'Parallel'
    selector: LabelSelector
    template: PodTemplate
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: number | string } }
  }
  status?: {
    observedGeneration?: number
    replicas?: number
    readyReplicas?: number
    updatedReplicas?: number
    conditions?: CoreCondition[]
  }
}

interface PodFailureRule {
  action: 'FailJob' | 'Ignore' | 'Count' | 'FailIndex'
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] }
  onPodConditions?: { type: string; status?: string }[]
}

export interface Job extends KubernetesObject {
  spec?: {
    backoffLimit?: number
    completions?: number
    parallelism?: number
    activeDeadlineSeconds?: number
    podFailurePolicy?: { rules: PodFailureRule[] }
    podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed'
    template: PodTemplate
  }
  status?: {
    active?: number
    ready?: number
    succeeded?: number
    failed?: number
    startTime?: string
    completionTime?: string
    conditions?: CoreCondition[]
  }
}

interface ObjectReference {
  apiVersion?: string
  kind?: string
  name?: string
  namespace?: string
  uid?: string
}

export interface Event extends KubernetesObject {
  involvedObject: ObjectReference
  type?: 'Normal' | 'Warning'
  reason?: string
  message?: string
  count?: number
  firstTimestamp?: string
  lastTimestamp?: string
  source?: { component?: string }
  reportingComponent?: string
  reportingInstance?: string
}

export interface Lease extends KubernetesObject {
  spec?: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    acquireTime?: string
    renewTime?: string
    leaseTransitions?: number
  }
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>
}
