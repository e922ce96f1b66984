import type { KubernetesObject, Resource } from './kubernetes-object.ts'

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
  key?: string
  operator?: 'Exists' | 'Equal'
  value?: string
  effect?: string
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
  securityContext?: Record<string, unknown>
}

export interface Volume {
  name: string
  emptyDir?: { medium?: string; sizeLimit?: string }
  configMap?: { name: string; items?: { key: string; path: string }[]; optional?: boolean }
  secret?: { secretName: string; items?: { key: string; path: string }[]; optional?: boolean }
  hostPath?: { path: string; type?: string }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  ephemeral?: Record<string, unknown>
  image?: { reference: string; pullPolicy?: string }
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

export const NODES: Resource<Node> = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false }
export const PODS: Resource<Pod> = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }
export const SERVICES: Resource<Service> = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
}
export const EVENTS: Resource<Event> = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
export const CONFIG_MAPS: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}
export const DEPLOYMENTS: Resource<Deployment> = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
}
export const LEASES: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
}
