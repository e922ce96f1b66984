import { KINDS, type RawObject } from './cluster.ts'
import type { LifeName } from './evidence.ts'
import { EXPIRES_MS } from './items/node-claim-launch.ts'
import type { NodeClass, Options } from './options.ts'

const SIZE = 'node.kubernetes.io/instance-type'
const GPU = 'nvidia.com/gpu'
/** One that device plugins tolerate. */
const TAINT = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
const STARTUP_TAINT = { key: 'conformance.kaito.sh/starting', value: 'true', effect: 'NoSchedule' }
const NOBODY: NodeClass = { group: 'conformance.kaito.sh', kind: 'Nobody', name: 'default' }
/** No cloud has it. */
const NO_SIZE = 'conformance-none'

/** The claim of one life, as a client would write it; nothing in it but what its items are about. */
export function claimOf(life: LifeName, name: string, options: Options): RawObject {
  const { apiVersion, kind } =
    options.kind === 'machine'
      ? { apiVersion: 'karpenter.sh/v1alpha5', kind: KINDS.machine.kind }
      : { apiVersion: 'karpenter.sh/v1', kind: KINDS.nodeclaim.kind }
  const { labels, annotations, ...spec } = wishes(life, name, options)
  return {
    apiVersion,
    kind,
    metadata: { name, labels: labels ?? {}, annotations: annotations ?? {} },
    spec: { ...classOf(life, options), requirements: requirements(life, options), ...spec, ...requests(options) },
  }
}

interface Wishes {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  taints?: object[]
  startupTaints?: object[]
  expireAfter?: string
  terminationGracePeriod?: string
}

function wishes(life: LifeName, name: string, { kind }: Options): Wishes {
  const isMachine = kind === 'machine'
  const forever = isMachine ? {} : { expireAfter: 'Never' }
  if (life === 'marked') {
    return {
      labels: isMachine
        ? { 'conformance.kaito.sh/mark': 'a', 'kaito.sh/workspace': name, 'kaito.sh/workspacenamespace': 'default' }
        : { 'conformance.kaito.sh/mark': 'a', 'karpenter.sh/nodepool': name },
      annotations: { 'conformance.kaito.sh/note': 'kept' },
      taints: [TAINT],
      startupTaints: [STARTUP_TAINT],
      ...forever,
      ...(!isMachine && { terminationGracePeriod: '1h' }),
    }
  }
  if (life === 'impossible' && !isMachine) {
    const annotations = { 'karpenter.sh/do-not-disrupt': 'true' }
    return { annotations, expireAfter: `${EXPIRES_MS / 1000}s` }
  }
  if (life === 'plain' && !isMachine)
    return { labels: { 'karpenter.sh/do-not-sync-taints': 'true' }, taints: [TAINT], ...forever }
  return forever
}

function classOf(life: LifeName, { kind, nodeClass, unavailable }: Options): object {
  if (kind === 'machine') return nodeClass ? { machineTemplateRef: { name: nodeClass.name } } : {}
  if (life === 'foreign') return { nodeClassRef: NOBODY }
  const name = life === 'unavailable' ? unavailable.className : undefined
  return { nodeClassRef: { ...nodeClass, ...(name && { name }) } }
}

function requirements(life: LifeName, { instanceTypes, unavailable }: Options): object[] {
  const isIn = (values: readonly string[]) => [{ key: SIZE, operator: 'In', values }]
  if (life === 'impossible') return isIn([NO_SIZE])
  if (life === 'unavailable' && unavailable.instanceType) return isIn([unavailable.instanceType])
  return instanceTypes.length > 0 ? isIn(instanceTypes) : []
}

function requests({ gpus, isGpuProvisioner }: Options): object {
  const amounts = { ...(gpus > 0 && { [GPU]: gpus }), ...(isGpuProvisioner && { storage: '128Gi' }) }
  return Object.keys(amounts).length > 0 ? { resources: { requests: amounts } } : {}
}

const GUARDED = 'conformance.kaito.sh/guarded'

/** Lets nobody evict the Pod of the same name. */
export function budgetFor(name: string, namespace: string): RawObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { minAvailable: 1, selector: { matchLabels: { [GUARDED]: name } } },
  }
}

interface PodWishes {
  name: string
  namespace: string
  priorityClassName?: string
}

/** A Pod that runs on that Node, whatever its taints, and needs nothing. */
export function podOn(nodeName: string, { name, namespace, priorityClassName }: PodWishes): RawObject {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 65535,
    seccompProfile: { type: 'RuntimeDefault' },
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { [GUARDED]: name } },
    spec: {
      nodeName,
      terminationGracePeriodSeconds: 1,
      ...(priorityClassName && { priorityClassName }),
      automountServiceAccountToken: false,
      tolerations: [{ key: TAINT.key, operator: 'Exists' }],
      containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', securityContext }],
    },
  }
}

/** A volume that no driver knows, attached to that Node. */
export function attachmentTo(nodeName: string, name: string): RawObject {
  const attacher = 'conformance.kaito.sh'
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher, nodeName, source: { persistentVolumeName: name } },
  }
}

/** A static NodePool; what its claims must be is what `plain` asks for. */
export function poolOf(
  name: string,
  options: Options,
  { labels, over = {} }: { labels: object; over?: object },
): RawObject {
  const template = {
    metadata: { labels },
    spec: {
      nodeClassRef: options.nodeClass,
      requirements: requirements('plain', options),
      expireAfter: 'Never',
    },
  }
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: { replicas: 2, template, ...over },
  }
}
