import { isJsonObject, type JsonObject, jsonCopy, listAt, objectAt, stringAt } from '../json.ts'
import { builtInType, type FieldType } from './built-in-type.ts'

const FILE_MODE = { defaultMode: 0o644 }

/** Values that a type's fields have when nobody says otherwise. */
const CONSTANTS: Record<string, JsonObject> = {
  V1ConfigMapVolumeSource: FILE_MODE,
  V1Container: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} },
  V1ContainerPort: { protocol: 'TCP' },
  V1DownwardAPIVolumeSource: FILE_MODE,
  V1HTTPGetAction: { path: '/', scheme: 'HTTP' },
  V1HostPathVolumeSource: { type: '' },
  V1ObjectFieldSelector: { apiVersion: 'v1' },
  V1PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  V1Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  V1ProjectedVolumeSource: FILE_MODE,
  V1Secret: { type: 'Opaque' },
  V1SecretVolumeSource: FILE_MODE,
  V1ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  V1MatchResources: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  V1NamedRuleWithOperations: { scope: '*' },
  V1ValidatingAdmissionPolicySpec: { failurePolicy: 'Fail' },
  V1PersistentVolumeClaimSpec: { volumeMode: 'Filesystem' },
  V1StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  V1PriorityClass: { preemptionPolicy: 'PreemptLowerPriority', value: 0 },
  V1StatefulSetSpec: { serviceName: '' },
  V1CustomResourceConversion: { strategy: 'None' },
  V1CustomResourceDefinitionSpec: { conversion: { strategy: 'None' } },
  CoreV1EndpointPort: { protocol: 'TCP' },
  DiscoveryV1EndpointPort: { name: '', protocol: 'TCP' },
}

/** Values that depend on others. */
const COMPUTED: Record<string, (object: JsonObject) => void> = {
  V1Container: (container) => setAbsent(container, { imagePullPolicy: pullPolicy(stringAt(container, 'image')) }),
  V1CustomResourceDefinition: defaultNames,
  V1DaemonSet: defaultDaemonSet,
  V1DaemonSetCondition: nullTimes('lastTransitionTime'),
  V1DeploymentCondition: nullTimes('lastUpdateTime', 'lastTransitionTime'),
  V1JobCondition: nullTimes('lastProbeTime', 'lastTransitionTime'),
  V1NodeCondition: nullTimes('lastHeartbeatTime', 'lastTransitionTime'),
  V1PodCondition: nullTimes('lastProbeTime', 'lastTransitionTime'),
  V1ReplicaSetCondition: nullTimes('lastTransitionTime'),
  V1StatefulSetCondition: nullTimes('lastTransitionTime'),
  V1Deployment: defaultDeployment,
  V1Job: defaultJob,
  CoreV1Event: defaultEvent,
  V1Lease: specOf,
  V1Namespace: (namespace) => setAbsent(part(namespace, 'status'), { phase: 'Active' }),
  V1Node: defaultNode,
  V1NodeStatus: (status) => setAbsent(status, { allocatable: status.capacity }),
  V1PodDisruptionBudget: specOf,
  V1Pod: defaultPod,
  V1ReplicaSet: (set) => setAbsent(specOf(set), { replicas: 1 }),
  V1Service: defaultService,
  V1StatefulSet: defaultStatefulSet,
  V1Volume: defaultVolume,
  V1ClusterRole: defaultRole,
  V1ClusterRoleBinding: (binding) => void part(binding, 'roleRef'),
  V1RoleBinding: (binding) => void part(binding, 'roleRef'),
  V1Role: defaultRole,
  V1RoleRef: (role) => setAbsent(role, { apiGroup: 'rbac.authorization.k8s.io' }),
}

/** Fills in, in place, what the API server fills in for an object of a built-in type. */
export function defaultBuiltIn(object: JsonObject, model: string): void {
  COMPUTED[model]?.(object)
  setAbsent(object, CONSTANTS[model] ?? {})
  for (const [name, { type }] of builtInType(model)) {
    if (object[name] !== undefined) defaultField(object[name], type)
  }
}

function defaultField(value: unknown, type: FieldType): void {
  if (type.form === 'scalar') return
  if (type.form === 'struct') {
    if (isJsonObject(value)) defaultBuiltIn(value, type.model)
  } else if (Array.isArray(value)) {
    for (const item of value) defaultField(item, type.of)
  } else if (isJsonObject(value)) {
    for (const item of Object.values(value)) defaultField(item, type.of)
  }
}

/** Empty text counts as absent, as in Go. */
function setAbsent(object: JsonObject, values: JsonObject): void {
  for (const [name, value] of Object.entries(values)) {
    const isAbsent = object[name] === undefined || object[name] === ''
    if (isAbsent && value !== undefined) object[name] = jsonCopy(value)
  }
}

/** The object at a name, created when absent. */
function part(object: JsonObject, name: string): JsonObject {
  const found = object[name]
  if (isJsonObject(found)) return found
  const created: JsonObject = {}
  object[name] = created
  return created
}

function specOf(object: JsonObject): JsonObject {
  return part(object, 'spec')
}

/** Times that Go writes as null when they are not set. */
function nullTimes(...fields: string[]): (object: JsonObject) => void {
  return (object) => {
    for (const field of fields) object[field] ??= null
  }
}

/** Values that Go writes although they are empty. */
function defaultEvent(event: JsonObject): void {
  for (const name of ['involvedObject', 'source']) part(event, name)
  setAbsent(event, { reportingComponent: '', reportingInstance: '' })
  event.eventTime ??= null
}

const NODE_FACTS = [
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'containerRuntimeVersion',
  'kubeletVersion',
  'kubeProxyVersion',
  'operatingSystem',
  'architecture',
]

function defaultNode(node: JsonObject): void {
  const spec = specOf(node)
  if (spec.podCIDR !== undefined) setAbsent(spec, { podCIDRs: [spec.podCIDR] })
  const status = part(node, 'status')
  setAbsent(part(part(status, 'daemonEndpoints'), 'kubeletEndpoint'), { Port: 0 })
  setAbsent(part(status, 'nodeInfo'), Object.fromEntries(NODE_FACTS.map((name) => [name, ''])))
}

function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  const isPinned = name.includes('@') || (name.includes(':') && !name.endsWith(':latest'))
  return isPinned ? 'IfNotPresent' : 'Always'
}

function defaultDeployment(deployment: JsonObject): void {
  const spec = specOf(deployment)
  setAbsent(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
  const strategy = part(spec, 'strategy')
  setAbsent(strategy, { type: 'RollingUpdate' })
  if (strategy.type !== 'RollingUpdate') return
  setAbsent(part(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
}

function defaultDaemonSet(set: JsonObject): void {
  const spec = specOf(set)
  setAbsent(spec, { revisionHistoryLimit: 10 })
  const strategy = part(spec, 'updateStrategy')
  setAbsent(strategy, { type: 'RollingUpdate' })
  if (strategy.type === 'RollingUpdate') setAbsent(part(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
}

function defaultStatefulSet(set: JsonObject): void {
  const spec = specOf(set)
  setAbsent(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' })
  const strategy = part(spec, 'updateStrategy')
  if (strategy.type === undefined || strategy.type === '') {
    strategy.type = 'RollingUpdate'
    part(strategy, 'rollingUpdate')
  }
  const rolling = objectAt(strategy, 'rollingUpdate')
  if (rolling !== undefined) setAbsent(rolling, { partition: 0 })
  setAbsent(part(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' })
}

function defaultJob(job: JsonObject): void {
  const spec = specOf(job)
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  setAbsent(spec, {
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })
  const metadata = part(job, 'metadata')
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  if (labels !== undefined && Object.keys(objectAt(metadata, 'labels') ?? {}).length === 0) {
    metadata.labels = jsonCopy(labels)
  }
}

function defaultPod(pod: JsonObject): void {
  const spec = specOf(pod)
  setAbsent(spec, { enableServiceLinks: true })
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const resources = objectAt(container, 'resources')
    const limits = objectAt(resources, 'limits')
    if (resources !== undefined && limits !== undefined) setAbsent(part(resources, 'requests'), limits)
    if (spec.hostNetwork !== true) continue
    for (const port of listAt(container, 'ports')) {
      if (isJsonObject(port)) setAbsent(port, { hostPort: port.containerPort })
    }
  }
}

const EXTERNAL = ['NodePort', 'LoadBalancer']

function defaultService(service: JsonObject): void {
  part(part(service, 'status'), 'loadBalancer')
  const spec = specOf(service)
  setAbsent(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  for (const port of listAt(spec, 'ports')) {
    if (isJsonObject(port)) setAbsent(port, { protocol: 'TCP', targetPort: port.port })
  }
  if (spec.sessionAffinity === 'ClientIP') {
    setAbsent(part(part(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: 10_800 })
  } else delete spec.sessionAffinityConfig
  const type = stringAt(spec, 'type')
  if (EXTERNAL.includes(type)) setAbsent(spec, { externalTrafficPolicy: 'Cluster' })
  if (type !== 'ExternalName') setAbsent(spec, { internalTrafficPolicy: 'Cluster' })
  if (type === 'LoadBalancer') setAbsent(spec, { allocateLoadBalancerNodePorts: true })
}

function defaultRole(role: JsonObject): void {
  role.rules ??= null
}

function defaultVolume(volume: JsonObject): void {
  const hasSource = Object.keys(volume).some((name) => name !== 'name')
  if (!hasSource) volume.emptyDir = {}
}

function defaultNames(crd: JsonObject): void {
  const names = objectAt(crd, 'spec', 'names')
  const kind = stringAt(names, 'kind')
  if (names === undefined || kind === '') return
  setAbsent(names, { singular: kind.toLowerCase(), listKind: `${kind}List` })
}
