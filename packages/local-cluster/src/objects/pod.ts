import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import type { SelectorRequirement } from '../selectors/label-selector.ts'
import type { Condition } from './condition.ts'

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

export interface NodeSelectorTerm {
  matchExpressions?: SelectorRequirement[]
  matchFields?: SelectorRequirement[]
}

export interface Probe {
  httpGet?: { path?: string; port: number | string; scheme?: string; httpHeaders?: { name: string; value: string }[] }
  tcpSocket?: { port: number | string }
  exec?: { command?: string[] }
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  successThreshold?: number
  failureThreshold?: number
}

/** One key of a Secret or ConfigMap. */
export interface KeyRef {
  name?: string
  key: string
  optional?: boolean
}

export interface EnvironmentVariable {
  name: string
  value?: string
  valueFrom?: { fieldRef?: { fieldPath: string }; secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef }
}

/** All keys of a Secret or ConfigMap as variables. */
export interface VariableSource {
  prefix?: string
  secretRef?: { name?: string; optional?: boolean }
  configMapRef?: { name?: string; optional?: boolean }
}

export interface VolumeMount {
  name: string
  mountPath: string
  subPath?: string
  readOnly?: boolean
}

interface KeyItem {
  key: string
  path: string
  mode?: number
}

/** What a volume, or one source of a projected volume, takes from the API; a Secret's name has two spellings. */
export interface VolumeSource {
  secret?: { secretName?: string; name?: string; items?: KeyItem[]; optional?: boolean; defaultMode?: number }
  configMap?: { name?: string; items?: KeyItem[]; optional?: boolean; defaultMode?: number }
  downwardAPI?: { items?: { path: string; fieldRef?: { fieldPath: string }; mode?: number }[]; defaultMode?: number }
  serviceAccountToken?: object
}

export interface Volume extends VolumeSource {
  name: string
  emptyDir?: object
  projected?: { sources?: VolumeSource[]; defaultMode?: number }
  image?: { reference?: string; pullPolicy?: string }
}

export interface Container {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: EnvironmentVariable[]
  envFrom?: VariableSource[]
  volumeMounts?: VolumeMount[]
  terminationMessagePolicy?: string
  ports?: { name?: string; containerPort: number; protocol?: string }[]
  resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> }
  startupProbe?: Probe
  readinessProbe?: Probe
  livenessProbe?: Probe
  restartPolicy?: string
}

export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  volumes?: Volume[]
  imagePullSecrets?: { name?: string }[]
  serviceAccountName?: string
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } }
  }
  tolerations?: Toleration[]
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  schedulerName?: string
  schedulingGates?: { name: string }[]
  hostNetwork?: boolean
  hostname?: string
  subdomain?: string
  overhead?: Record<string, unknown>
}

export interface ContainerState {
  waiting?: { reason: string; message?: string }
  running?: { startedAt: string }
  terminated?: { exitCode: number; reason: string; message?: string; startedAt: string; finishedAt: string }
}

export interface ContainerStatus {
  name: string
  image: string
  imageID: string
  containerID?: string
  ready: boolean
  started: boolean
  restartCount: number
  state: ContainerState
  lastState: ContainerState
}

export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  conditions?: Condition[]
  hostIP?: string
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: string
  qosClass?: string
  nominatedNodeName?: string
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

export interface Pod extends KubeObject {
  spec: PodSpec
  status?: PodStatus
}

export interface PodTemplate {
  metadata?: Partial<KubeMetadata>
  spec: PodSpec
}

/** Has ended and will never run again. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither ended nor being deleted: it counts as one of the pods its owner wants. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}
