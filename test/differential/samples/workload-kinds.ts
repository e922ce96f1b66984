import type { SampleKind } from './sample-kind.ts'

const APPS = { group: 'apps', version: 'v1', namespaced: true }

const podSpec = { containers: [{ name: 'main', image: 'example.com/image:1' }] }
const template = { metadata: { labels: { app: 'a' } }, spec: podSpec }
const selector = { matchLabels: { app: 'a' } }

const TEMPLATE_GOOD = [
  { at: '/spec/template/spec/containers/0/image', value: 'example.com/image:2' },
  { at: '/spec/template/metadata/labels/more', value: 'x' },
  { at: '/spec/template/spec/nodeSelector', value: { kind: 'gpu' } },
  {
    at: '/spec/template/spec/containers/0/resources',
    value: { limits: { 'nvidia.com/gpu': '1' }, requests: { cpu: '500m' } },
  },
]
const TEMPLATE_BAD = [
  { at: '/spec/template/metadata/labels/app', value: 'other' },
  { at: '/spec/template/spec/containers', value: [] },
  { at: '/spec/template/spec/containers/0/name', value: 'Bad_Name' },
  { at: '/spec/template/spec/containers/0/image', value: '' },
  { at: '/spec/template/spec/containers/0/unknown', value: 1 },
  { at: '/spec/template/spec/containers/0/ports', value: [{ containerPort: 0 }] },
  { at: '/spec/template/spec/restartPolicy', value: 'Sometimes' },
  { at: '/spec/template/spec/containers/0/volumeMounts', value: [{ name: 'none', mountPath: '/x' }] },
  { at: '/spec/template' },
  { at: '/spec/selector' },
  { at: '/spec/selector/matchLabels/app', value: 'b' },
  { at: '/spec/selector/matchLabels', value: {} },
  { at: '/spec/unknown', value: true },
  { at: '/spec', value: null },
]
const REPLICAS_BAD = [
  { at: '/spec/replicas', value: -1 },
  { at: '/spec/replicas', value: 'two' },
  { at: '/spec/replicas', value: 1.5 },
  { at: '/spec/minReadySeconds', value: -5 },
]
const CONTAINER_PATCHES = [
  { spec: { template: { spec: { containers: [{ name: 'main', image: 'example.com/image:3' }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'side', image: 'example.com/side:1' }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'side', $patch: 'delete' }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] } } } },
  { metadata: { finalizers: ['example.com/strategic'] } },
  { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/hold', 'example.com/strategic'] } },
]

const deployment: SampleKind = {
  ...APPS,
  kind: 'Deployment',
  plural: 'deployments',
  fields: () => ({ spec: { replicas: 0, paused: true, selector, template } }),
  good: [
    ...TEMPLATE_GOOD,
    { at: '/spec/replicas', value: 3 },
    { at: '/spec/paused', value: false },
    { at: '/spec/strategy', value: { type: 'Recreate' } },
    { at: '/spec/minReadySeconds', value: 5 },
  ],
  bad: [
    ...TEMPLATE_BAD,
    ...REPLICAS_BAD,
    { at: '/spec/strategy', value: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    { at: '/spec/strategy/type', value: 'Wrong' },
    { at: '/spec/strategy', value: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
    { at: '/spec/progressDeadlineSeconds', value: 0 },
  ],
  status: [
    { at: '/status', value: { replicas: 1, observedGeneration: 1 } },
    { at: '/status/readyReplicas', value: -1 },
    { at: '/status/availableReplicas', value: 9 },
  ],
  scale: true,
  strategic: CONTAINER_PATCHES,
}

const replicaSet: SampleKind = {
  ...APPS,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  fields: () => ({ spec: { replicas: 0, selector, template } }),
  good: [...TEMPLATE_GOOD, { at: '/spec/replicas', value: 2 }],
  bad: [...TEMPLATE_BAD, ...REPLICAS_BAD],
  status: [
    { at: '/status', value: { replicas: 1, observedGeneration: 1 } },
    { at: '/status/replicas', value: -1 },
  ],
  scale: true,
  strategic: CONTAINER_PATCHES,
  selectors: ['metadata.name=a', 'status.replicas=0', 'status.replicas=1'],
}

const daemonSet: SampleKind = {
  ...APPS,
  kind: 'DaemonSet',
  plural: 'daemonsets',
  fields: () => ({ spec: { selector, template } }),
  good: [...TEMPLATE_GOOD, { at: '/spec/updateStrategy', value: { type: 'OnDelete' } }],
  bad: [...TEMPLATE_BAD, { at: '/spec/updateStrategy/type', value: 'Wrong' }],
  status: [
    {
      at: '/status',
      value: { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1 },
    },
  ],
  strategic: CONTAINER_PATCHES,
}

const statefulSet: SampleKind = {
  ...APPS,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  fields: () => ({ spec: { replicas: 0, serviceName: 'none', selector, template } }),
  good: [...TEMPLATE_GOOD, { at: '/spec/replicas', value: 2 }],
  bad: [
    ...TEMPLATE_BAD,
    ...REPLICAS_BAD,
    { at: '/spec/serviceName', value: 'other' },
    { at: '/spec/podManagementPolicy', value: 'Parallel' },
    { at: '/spec/podManagementPolicy', value: 'Wrong' },
  ],
  status: [{ at: '/status', value: { replicas: 1, availableReplicas: 1 } }],
  scale: true,
  strategic: CONTAINER_PATCHES,
}

const job: SampleKind = {
  group: 'batch',
  version: 'v1',
  namespaced: true,
  kind: 'Job',
  plural: 'jobs',
  fields: () => ({ spec: { suspend: true, template: { spec: { ...podSpec, restartPolicy: 'Never' } } } }),
  good: [
    { at: '/spec/parallelism', value: 2 },
    { at: '/spec/suspend', value: false },
    { at: '/spec/activeDeadlineSeconds', value: 60 },
    { at: '/spec/ttlSecondsAfterFinished', value: 60 },
    { at: '/spec/backoffLimit', value: 2 },
  ],
  bad: [
    { at: '/spec/parallelism', value: -1 },
    { at: '/spec/completions', value: 3 },
    { at: '/spec/template/spec/restartPolicy', value: 'Always' },
    { at: '/spec/template/spec/containers/0/image', value: 'example.com/image:9' },
    { at: '/spec/completionMode', value: 'Indexed' },
    { at: '/spec/selector', value: { matchLabels: { a: 'b' } } },
    { at: '/spec/template' },
    { at: '/spec' },
  ],
  status: [{ at: '/status', value: { active: 1, ready: 0 } }],
  selectors: ['status.successful=0', 'metadata.name=a'],
}

const pod: SampleKind = {
  group: '',
  version: 'v1',
  namespaced: true,
  kind: 'Pod',
  plural: 'pods',
  fields: ({ name }) => ({ spec: { ...podSpec, ...(name === 'a' ? { nodeName: 'nowhere' } : {}) } }),
  good: [
    { at: '/spec/containers/0/image', value: 'example.com/image:2' },
    { at: '/spec/activeDeadlineSeconds', value: 60 },
  ],
  bad: [
    { at: '/spec/containers', value: [] },
    { at: '/spec/containers/0/name', value: 'Bad_Name' },
    { at: '/spec/containers/0/image', value: '' },
    { at: '/spec/containers/0/imagePullPolicy', value: 'Wrong' },
    { at: '/spec/containers/0/resources', value: { limits: { cpu: '1' }, requests: { cpu: '2' } } },
    { at: '/spec/containers/0/resources', value: { limits: { cpu: 'much' } } },
    { at: '/spec/nodeName', value: 'somewhere' },
    { at: '/spec/restartPolicy', value: 'Sometimes' },
    { at: '/spec/serviceAccountName', value: 'missing' },
    { at: '/spec/priorityClassName', value: 'missing' },
    { at: '/spec/terminationGracePeriodSeconds', value: 5 },
    { at: '/spec/nodeSelector', value: { kind: 'gpu' } },
    { at: '/spec/unknown', value: 1 },
    { at: '/spec' },
  ],
  status: [
    { at: '/status/phase', value: 'Running' },
    { at: '/status/phase', value: 'Failed' },
    {
      at: '/status/conditions',
      value: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: '2001-01-01T00:00:00Z' }],
    },
  ],
  strategic: [
    { spec: { containers: [{ name: 'main', image: 'example.com/image:3' }] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/hold'] } },
  ],
  selectors: ['spec.nodeName=nowhere', 'spec.nodeName=', 'status.phase=Running', 'status.phase!=Pending', 'spec.bad=1'],
}

const budget: SampleKind = {
  group: 'policy',
  version: 'v1',
  namespaced: true,
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  fields: () => ({ spec: { minAvailable: 1, selector: { matchLabels: { color: 'green' } } } }),
  good: [
    { at: '/spec/minAvailable', value: '50%' },
    { at: '/spec/minAvailable', value: 2 },
    { at: '/spec/unhealthyPodEvictionPolicy', value: 'AlwaysAllow' },
  ],
  bad: [
    { at: '/spec/maxUnavailable', value: 1 },
    { at: '/spec/minAvailable', value: -1 },
    { at: '/spec/minAvailable', value: '150%' },
    { at: '/spec/minAvailable', value: 'some' },
    { at: '/spec/selector', value: null },
    { at: '/spec/unhealthyPodEvictionPolicy', value: 'Wrong' },
  ],
  status: [
    {
      at: '/status',
      value: { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, observedGeneration: 9 },
    },
    {
      at: '/status',
      value: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 9 },
    },
  ],
}

export const WORKLOAD_KINDS: SampleKind[] = [deployment, replicaSet, daemonSet, statefulSet, job, pod, budget]
