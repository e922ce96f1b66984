import type { KindDefinition, ScalePaths } from '../kind-definition.ts'

interface BuiltInKind {
  group: string
  kind: string
  plural: string
  namespaced: boolean
  /** Name of its type in the table of built-in schemas. */
  model: string
  shortNames?: string[]
  categories?: string[]
  status?: boolean
  scale?: ScalePaths
}

const REPLICAS: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
}

type Traits = Omit<BuiltInKind, 'group' | 'kind' | 'plural' | 'namespaced' | 'model'> & { model?: string }

function kindsOf(group: string, namespaced: boolean, kinds: [kind: string, plural: string, traits?: Traits][]) {
  return kinds.map(
    ([kind, plural, traits]): BuiltInKind => ({ group, kind, plural, namespaced, model: `V1${kind}`, ...traits }),
  )
}

const IN_ALL = ['all']
const WORKLOAD = { categories: IN_ALL, status: true, scale: REPLICAS }

/** In the order in which discovery shows them; every one is served as `v1`. */
const BUILT_IN_KINDS: BuiltInKind[] = [
  ...kindsOf('', true, [
    ['ConfigMap', 'configmaps', { shortNames: ['cm'] }],
    ['Endpoints', 'endpoints', { shortNames: ['ep'] }],
    ['Event', 'events', { shortNames: ['ev'], model: 'CoreV1Event' }],
    ['PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'], status: true }],
    ['Pod', 'pods', { shortNames: ['po'], categories: IN_ALL, status: true }],
    ['Secret', 'secrets'],
    ['ServiceAccount', 'serviceaccounts', { shortNames: ['sa'] }],
    ['Service', 'services', { shortNames: ['svc'], categories: IN_ALL, status: true }],
  ]),
  ...kindsOf('', false, [
    ['Namespace', 'namespaces', { shortNames: ['ns'], status: true }],
    ['Node', 'nodes', { shortNames: ['no'], status: true }],
    ['PersistentVolume', 'persistentvolumes', { shortNames: ['pv'], status: true }],
  ]),
  ...kindsOf('apps', true, [
    ['ControllerRevision', 'controllerrevisions'],
    ['DaemonSet', 'daemonsets', { shortNames: ['ds'], categories: IN_ALL, status: true }],
    ['Deployment', 'deployments', { shortNames: ['deploy'], ...WORKLOAD }],
    ['ReplicaSet', 'replicasets', { shortNames: ['rs'], ...WORKLOAD }],
    ['StatefulSet', 'statefulsets', { shortNames: ['sts'], ...WORKLOAD }],
  ]),
  ...kindsOf('batch', true, [['Job', 'jobs', { categories: IN_ALL, status: true }]]),
  ...kindsOf('policy', true, [['PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'], status: true }]]),
  ...kindsOf('coordination.k8s.io', true, [['Lease', 'leases']]),
  ...kindsOf('discovery.k8s.io', true, [['EndpointSlice', 'endpointslices']]),
  ...kindsOf('rbac.authorization.k8s.io', true, [
    ['RoleBinding', 'rolebindings'],
    ['Role', 'roles'],
  ]),
  ...kindsOf('rbac.authorization.k8s.io', false, [
    ['ClusterRoleBinding', 'clusterrolebindings'],
    ['ClusterRole', 'clusterroles'],
  ]),
  ...kindsOf('scheduling.k8s.io', false, [['PriorityClass', 'priorityclasses', { shortNames: ['pc'] }]]),
  ...kindsOf('storage.k8s.io', false, [
    ['CSINode', 'csinodes'],
    ['StorageClass', 'storageclasses', { shortNames: ['sc'] }],
    ['VolumeAttachment', 'volumeattachments', { status: true }],
  ]),
  ...kindsOf('admissionregistration.k8s.io', false, [
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies', { categories: ['api-extensions'], status: true }],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', { categories: ['api-extensions'] }],
  ]),
  ...kindsOf('apiextensions.k8s.io', false, [
    [
      'CustomResourceDefinition',
      'customresourcedefinitions',
      { shortNames: ['crd', 'crds'], categories: ['api-extensions'], status: true },
    ],
  ]),
]

const MODELS = new Map(BUILT_IN_KINDS.map(({ group, kind, model }) => [`${group}/${kind}`, model]))

/** Name of a built-in kind's type in the table of built-in schemas. */
export function builtInModel({ group, kind }: { group: string; kind: string }): string | undefined {
  return MODELS.get(`${group}/${kind}`)
}

export function builtInKinds(): KindDefinition[] {
  return BUILT_IN_KINDS.map(({ group, kind, plural, namespaced, shortNames, categories, status, scale }) => ({
    group,
    version: 'v1',
    plural,
    kind,
    namespaced,
    singular: kind.toLowerCase(),
    shortNames: shortNames ?? [],
    categories: categories ?? [],
    listKind: `${kind}List`,
    subresources: { status: status === true, ...(scale === undefined ? {} : { scale }) },
    custom: false,
    storageVersion: 'v1',
  }))
}
