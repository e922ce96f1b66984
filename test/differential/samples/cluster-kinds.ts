import type { SampleKind } from './sample-kind.ts'

const CLUSTER = { version: 'v1', namespaced: false }
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' }
const RULES = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
const SUBJECTS = [{ kind: 'User', name: 'someone', apiGroup: RBAC.group }]

const role = {
  good: [
    { at: '/rules/0/verbs', value: ['get', 'list'] },
    { at: '/rules', value: [] },
  ],
}
const ROLE_BAD = [
  { at: '/rules/0/verbs', value: [] },
  { at: '/rules/0/resources' },
  { at: '/rules/0/verbs', value: 'get' },
  { at: '/rules', value: null },
]
const BINDING_BAD = [
  { at: '/roleRef/name', value: 'other' },
  { at: '/roleRef/kind', value: 'Wrong' },
  { at: '/roleRef' },
  { at: '/subjects', value: [{ kind: 'ServiceAccount', name: 'a' }] },
  { at: '/subjects', value: [{ kind: 'Wrong', name: 'a' }] },
]
const BINDING_GOOD = [
  { at: '/subjects', value: [{ kind: 'ServiceAccount', name: 'a', namespace: 'default' }] },
  { at: '/subjects', value: [{ kind: 'Group', name: 'all', apiGroup: RBAC.group }] },
]

const accessKinds: SampleKind[] = [
  {
    ...RBAC,
    namespaced: true,
    kind: 'Role',
    plural: 'roles',
    fields: () => ({ rules: RULES }),
    ...role,
    bad: ROLE_BAD,
  },
  {
    ...RBAC,
    namespaced: false,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    fields: () => ({ rules: RULES }),
    good: [...role.good, { at: '/rules', value: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] }],
    bad: ROLE_BAD,
  },
  {
    ...RBAC,
    namespaced: true,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    fields: () => ({ subjects: SUBJECTS, roleRef: { apiGroup: RBAC.group, kind: 'Role', name: 'a' } }),
    good: BINDING_GOOD,
    bad: BINDING_BAD,
  },
  {
    ...RBAC,
    namespaced: false,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    fields: () => ({ subjects: SUBJECTS, roleRef: { apiGroup: RBAC.group, kind: 'ClusterRole', name: 'a' } }),
    good: BINDING_GOOD,
    bad: BINDING_BAD,
  },
]

const node: SampleKind = {
  ...CLUSTER,
  group: '',
  kind: 'Node',
  plural: 'nodes',
  fields: () => ({ spec: { providerID: 'azure:///one' } }),
  good: [
    { at: '/spec/unschedulable', value: true },
    { at: '/spec/taints', value: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
    { at: '/spec/taints', value: [] },
  ],
  bad: [
    { at: '/spec/providerID', value: 'azure:///two' },
    { at: '/spec/taints', value: [{ key: 'sku', value: 'gpu', effect: 'Wrong' }] },
    { at: '/spec/taints', value: [{ key: '', effect: 'NoSchedule' }] },
    { at: '/spec/podCIDR', value: 'text' },
  ],
  status: [
    { at: '/status/capacity', value: { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '1' } },
    { at: '/status/capacity/cpu', value: 'many' },
    {
      at: '/status/conditions',
      value: [{ type: 'Ready', status: 'True', lastHeartbeatTime: null, lastTransitionTime: '2001-01-01T00:00:00Z' }],
    },
  ],
  selectors: ['spec.unschedulable=true', 'metadata.name=a'],
  strategic: [
    { spec: { taints: [{ key: 'more', effect: 'NoExecute' }] } },
    { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
  ],
}

const namespace: SampleKind = {
  ...CLUSTER,
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  fields: () => ({}),
  good: [],
  bad: [
    { at: '/metadata/labels/kubernetes.io~1metadata.name', value: 'wrong' },
    { at: '/metadata/labels/kubernetes.io~1metadata.name' },
  ],
  status: [{ at: '/status/phase', value: 'Active' }],
  selectors: ['status.phase=Active', 'status.phase=Terminating'],
}

const SCHEMA = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
}

const definition: SampleKind = {
  ...CLUSTER,
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  tried: true,
  objectName: ({ name, namespace: group }) => `${name}s.${group}.example.com`,
  fields: ({ name, namespace: group }) => ({
    spec: {
      group: `${group}.example.com`,
      scope: 'Namespaced',
      names: { plural: `${name}s`, kind: `Kind${name}` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
    },
  }),
  good: [
    { at: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/more', value: { type: 'string' } },
    { at: '/spec/versions/0/subresources', value: { status: {} } },
    { at: '/spec/names/shortNames', value: ['sh'] },
  ],
  bad: [
    { at: '/spec/versions/0/storage', value: false },
    { at: '/spec/versions/0/schema' },
    { at: '/spec/versions', value: [] },
    { at: '/spec/scope', value: 'Wrong' },
    { at: '/spec/group', value: 'other.example.com' },
    { at: '/spec/names/plural', value: 'others' },
    { at: '/spec/names/kind' },
    { at: '/spec/versions/0/schema/openAPIV3Schema/type', value: 'wrong' },
    { at: '/spec/versions/0/schema/openAPIV3Schema/properties/x', value: { type: 'string', default: 5 } },
    { at: '/spec/versions/0/schema/openAPIV3Schema/properties/x', value: {} },
    {
      at: '/spec/versions/0/schema/openAPIV3Schema/properties/x',
      value: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.size() > ' }] },
    },
  ],
}

const RULE = { apiGroups: ['none.example.com'], apiVersions: ['v1'], resources: ['things'], operations: ['CREATE'] }

const policy: SampleKind = {
  ...CLUSTER,
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  fields: () => ({
    spec: { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'object.spec.a == 1' }] },
  }),
  good: [
    { at: '/spec/validations/0/message', value: 'no' },
    { at: '/spec/failurePolicy', value: 'Ignore' },
  ],
  bad: [
    { at: '/spec/validations', value: [] },
    { at: '/spec/validations/0/expression', value: 'object.' },
    { at: '/spec/validations/0/expression', value: '1 + 1' },
    { at: '/spec/validations/0/expression', value: 'unknown == 1' },
    { at: '/spec/failurePolicy', value: 'Wrong' },
    { at: '/spec/matchConstraints' },
    { at: '/spec/matchConstraints/resourceRules/0/operations', value: ['WRONG'] },
  ],
}

const policyBinding: SampleKind = {
  ...CLUSTER,
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  fields: () => ({ spec: { policyName: 'missing.example.com', validationActions: ['Deny'] } }),
  good: [{ at: '/spec/validationActions', value: ['Warn', 'Audit'] }],
  bad: [
    { at: '/spec/validationActions', value: [] },
    { at: '/spec/validationActions', value: ['Deny', 'Warn'] },
    { at: '/spec/validationActions', value: ['Wrong'] },
    { at: '/spec/policyName', value: '' },
    { at: '/spec/paramRef', value: { name: 'x' } },
    { at: '/spec/paramRef', value: { parameterNotFoundAction: 'Allow' } },
  ],
}

export const CLUSTER_KINDS: SampleKind[] = [...accessKinds, node, namespace, definition, policy, policyBinding]
