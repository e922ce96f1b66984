import type { KubeObject } from '../cluster-access.ts'
import { listAt, numberAt, objectAt, objectsAt, stringAt, valueAt } from '../json.ts'
import { shortDuration } from './age.ts'
import {
  AGE,
  type Column,
  conditionStatus,
  field,
  integer,
  orNone,
  pairs,
  templateColumns,
  text,
  textAt,
  wide,
} from './column.ts'
import { EVENT_COLUMNS } from './event-columns.ts'
import { NODE_COLUMNS } from './node-columns.ts'
import { POD_COLUMNS } from './pod-columns.ts'
import { ENDPOINT_COLUMNS, SERVICE_COLUMNS, SLICE_COLUMNS } from './service-columns.ts'

const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp ?? '0001-01-01T00:00:00Z',
}
const DATA = text(
  'Data',
  (object) =>
    Object.keys(objectAt(object, 'data') ?? {}).length + Object.keys(objectAt(object, 'binaryData') ?? {}).length,
)

function ratio(object: KubeObject, done: string): string {
  return `${numberAt(object, 'status', done) ?? 0}/${numberAt(object, 'spec', 'replicas') ?? 0}`
}

function jobStatus(job: KubeObject): string {
  const holds = (condition: string): boolean => conditionStatus(job, condition) === 'True'
  const ended = ['Complete', 'Failed'].find(holds)
  if (ended !== undefined) return ended
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}

function jobCompletions(job: KubeObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded') ?? 0
  const wanted = numberAt(job, 'spec', 'completions')
  if (wanted !== undefined) return `${succeeded}/${wanted}`
  const parallel = numberAt(job, 'spec', 'parallelism') ?? 0
  return parallel > 1 ? `${succeeded}/1 of ${parallel}` : `${succeeded}/1`
}

function jobDuration(job: KubeObject, nowMs: number): string {
  const start = Date.parse(stringAt(job, 'status', 'startTime'))
  if (Number.isNaN(start)) return ''
  const end = Date.parse(stringAt(job, 'status', 'completionTime'))
  return shortDuration((Number.isNaN(end) ? nowMs : end) - start)
}

function notAvailable(object: KubeObject, name: string): string {
  return textAt(object, 'spec', name) || 'N/A'
}

function controller({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)
  if (owner === undefined) return '<none>'
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : ''
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`
}

function paramKind(policy: KubeObject): string {
  const kind = objectAt(policy, 'spec', 'paramKind')
  return kind === undefined ? '<unset>' : `${stringAt(kind, 'apiVersion')}/${stringAt(kind, 'kind')}`
}

function paramRef(binding: KubeObject): string {
  const ref = objectAt(binding, 'spec', 'paramRef')
  if (ref === undefined) return '<unset>'
  const name = stringAt(ref, 'name')
  const namespace = stringAt(ref, 'namespace')
  return name === '' ? '<set>' : `${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** Shown as a number, but called a text. */
function asText(column: Column): Column {
  return { ...column, type: 'string' }
}

function subjects(name: string, kind: string): Column {
  return wide(
    text(name, (binding) =>
      objectsAt(binding, 'subjects')
        .filter((subject) => subject.kind === kind)
        .map((subject) => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name))
        .join(', '),
    ),
  )
}

const BINDING_COLUMNS: Column[] = [
  text('Role', roleName),
  AGE,
  subjects('Users', 'User'),
  subjects('Groups', 'Group'),
  subjects('ServiceAccounts', 'ServiceAccount'),
]

/** Columns after the name, by `group/Kind`; kinds that are not here show name and age. */
export const BUILT_IN_COLUMNS: Record<string, Column[]> = {
  '/ConfigMap': [DATA, AGE],
  '/Endpoints': ENDPOINT_COLUMNS,
  '/Event': EVENT_COLUMNS,
  '/Namespace': [field('Status', 'status', 'phase'), AGE],
  '/Node': NODE_COLUMNS,
  '/Pod': POD_COLUMNS,
  '/Secret': [field('Type', 'type'), DATA, AGE],
  '/Service': SERVICE_COLUMNS,
  'apps/ControllerRevision': [text('Controller', controller), integer('Revision', 'revision'), AGE],
  'apps/DaemonSet': [
    integer('Desired', 'status', 'desiredNumberScheduled'),
    integer('Current', 'status', 'currentNumberScheduled'),
    integer('Ready', 'status', 'numberReady'),
    integer('Up-to-date', 'status', 'updatedNumberScheduled'),
    integer('Available', 'status', 'numberAvailable'),
    text('Node Selector', (set) => pairs(objectAt(set, 'spec', 'template', 'spec', 'nodeSelector'))),
    AGE,
    ...templateColumns(),
  ],
  'apps/Deployment': [
    text('Ready', (deployment) => ratio(deployment, 'readyReplicas')),
    asText(integer('Up-to-date', 'status', 'updatedReplicas')),
    asText(integer('Available', 'status', 'availableReplicas')),
    AGE,
    ...templateColumns({ none: '' }),
  ],
  'apps/ReplicaSet': [
    integer('Desired', 'spec', 'replicas'),
    integer('Current', 'status', 'replicas'),
    integer('Ready', 'status', 'readyReplicas'),
    AGE,
    ...templateColumns(),
  ],
  'apps/StatefulSet': [
    text('Ready', (set) => ratio(set, 'readyReplicas')),
    AGE,
    ...templateColumns({ withSelector: false }),
  ],
  'batch/Job': [
    text('Status', jobStatus),
    text('Completions', jobCompletions),
    text('Duration', jobDuration),
    AGE,
    ...templateColumns(),
  ],
  'policy/PodDisruptionBudget': [
    text('Min Available', (budget) => notAvailable(budget, 'minAvailable')),
    text('Max Unavailable', (budget) => notAvailable(budget, 'maxUnavailable')),
    integer('Allowed Disruptions', 'status', 'disruptionsAllowed'),
    AGE,
  ],
  'coordination.k8s.io/Lease': [field('Holder', 'spec', 'holderIdentity'), AGE],
  'discovery.k8s.io/EndpointSlice': SLICE_COLUMNS,
  'rbac.authorization.k8s.io/Role': [CREATED_AT],
  'rbac.authorization.k8s.io/ClusterRole': [CREATED_AT],
  'rbac.authorization.k8s.io/RoleBinding': BINDING_COLUMNS,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING_COLUMNS,
  'scheduling.k8s.io/PriorityClass': [
    integer('Value', 'value'),
    text('Global-Default', (priority) => valueAt(priority, 'globalDefault') === true),
    AGE,
    field('PreemptionPolicy', 'preemptionPolicy'),
  ],
  'storage.k8s.io/StorageClass': [
    field('Provisioner', 'provisioner'),
    field('ReclaimPolicy', 'reclaimPolicy'),
    field('VolumeBindingMode', 'volumeBindingMode'),
    text('AllowVolumeExpansion', (storage) => valueAt(storage, 'allowVolumeExpansion') === true),
    AGE,
  ],
  'storage.k8s.io/CSINode': [text('Drivers', (node) => listAt(node, 'spec', 'drivers').length), AGE],
  'storage.k8s.io/VolumeAttachment': [
    field('Attacher', 'spec', 'attacher'),
    field('PV', 'spec', 'source', 'persistentVolumeName'),
    field('Node', 'spec', 'nodeName'),
    text('Attached', (attachment) => valueAt(attachment, 'status', 'attached') === true),
    AGE,
  ],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': [
    { ...text('Validations', (policy) => listAt(policy, 'spec', 'validations').length), type: 'integer' },
    text('ParamKind', paramKind),
    AGE,
  ],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': [
    field('PolicyName', 'spec', 'policyName'),
    text('ParamRef', paramRef),
    AGE,
  ],
  'apiextensions.k8s.io/CustomResourceDefinition': [CREATED_AT],
  '/PersistentVolumeClaim': [
    field('Status', 'status', 'phase'),
    field('Volume', 'spec', 'volumeName'),
    text('Capacity', (claim) => textAt(claim, 'status', 'capacity', 'storage')),
    text('Access Modes', (claim) => listAt(claim, 'status', 'accessModes').join(',')),
    field('StorageClass', 'spec', 'storageClassName'),
    AGE,
    wide(field('VolumeMode', 'spec', 'volumeMode')),
  ],
}

function roleName(binding: KubeObject): string {
  return orNone(`${stringAt(binding, 'roleRef', 'kind')}/${stringAt(binding, 'roleRef', 'name')}`)
}

export const AGE_ONLY: Column[] = [AGE]
