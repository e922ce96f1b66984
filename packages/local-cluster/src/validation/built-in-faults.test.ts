import { expect, test } from 'vitest'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { type Draft, PreparerBench } from '../testing/preparer-bench.ts'

const bench = new PreparerBench()
const selector = { matchLabels: { a: 'b' } }
const template = (spec: object = {}, labels: object = { a: 'b' }) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
})
const deployment = (spec: object): Draft => ({ apiVersion: 'apps/v1', kind: 'Deployment', spec })
const pod = (container: object, spec: object = {}): Draft => ({
  kind: 'Pod',
  spec: { containers: [{ name: 'c', image: 'nginx', ...container }], ...spec },
})
const service = (spec: object): Draft => ({ kind: 'Service', spec })
const job = (spec: object): Draft => ({ apiVersion: 'batch/v1', kind: 'Job', spec })

const ONE = 'spec.containers[0]'

test.each<[rule: string, draft: Draft, faults: string[]]>([
  [
    'a Deployment without anything',
    deployment({}),
    [
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
      'spec.template.spec.containers: Required value',
    ],
  ],
  [
    'a selector that misses its pods',
    deployment({ selector, template: template({}, { a: 'c' }) }),
    ['spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`'],
  ],
  [
    'an empty selector',
    deployment({ selector: {}, template: template() }),
    ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ],
  [
    'pods that are not restarted',
    deployment({ selector, template: template({ restartPolicy: 'Never' }) }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'negative replicas',
    deployment({ selector, replicas: -1, template: template() }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'a Job whose pods restart forever',
    job({ template: template({ restartPolicy: 'Always' }) }),
    expect.arrayContaining(['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']),
  ],
  ['a container without an image', pod({ image: '' }), [`${ONE}.image: Required value`]],
  [
    'a container name in upper case',
    pod({ name: 'A' }),
    [expect.stringContaining(`${ONE}.name: Invalid value: "A": a lowercase RFC 1123 label`)],
  ],
  ['a port without a number', pod({ ports: [{}] }), [`${ONE}.ports[0].containerPort: Required value`]],
  [
    'a port out of range',
    pod({ ports: [{ containerPort: 70000 }] }),
    [`${ONE}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`],
  ],
  [
    'a mount of no volume',
    pod({ volumeMounts: [{ name: 'v', mountPath: '/x' }] }),
    [`${ONE}.volumeMounts[0].name: Not found: "v"`],
  ],
  ['a variable without a name', pod({ env: [{ value: 'x' }] }), [`${ONE}.env[0].name: Required value`]],
  [
    'part of a GPU',
    pod({ resources: { limits: { 'nvidia.com/gpu': '500m' } } }),
    [
      `${ONE}.resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer`,
      `${ONE}.resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer`,
    ],
  ],
  [
    'a GPU requested without a limit',
    pod({ resources: { requests: { 'nvidia.com/gpu': 1 } } }),
    [`${ONE}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  ],
  [
    'fewer GPUs requested than allowed',
    pod({ resources: { limits: { 'nvidia.com/gpu': 2 }, requests: { 'nvidia.com/gpu': 1 } } }),
    [`${ONE}.resources.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2`],
  ],
  [
    'more requested than allowed',
    pod({ resources: { limits: { cpu: 1 }, requests: { cpu: 2 } } }),
    [`${ONE}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    'a probe that asks nothing',
    pod({ livenessProbe: {} }),
    [`${ONE}.livenessProbe: Required value: must specify a handler type`],
  ],
  [
    'a toleration with an unknown operator',
    pod({}, { tolerations: [{ key: 'a', operator: 'X' }] }),
    ['spec.tolerations[0].operator: Unsupported value: "X": supported values: "Equal", "Exists"'],
  ],
  [
    'an affinity without terms',
    pod(
      {},
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
    ),
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
  ],
  [
    'one name for two containers',
    pod({}, { initContainers: [{ name: 'c', image: 'x' }] }),
    ['spec.initContainers[0].name: Duplicate value: "c"'],
  ],
  ['a Service without ports', service({}), ['spec.ports: Required value']],
  [
    'several ports without names',
    service({ ports: [{ port: 80 }, { port: 81 }] }),
    ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
  ],
  [
    'a Service of an unknown type',
    service({ type: 'X', ports: [{ port: 80 }] }),
    ['spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
  ],
  [
    'odd keys of a ConfigMap',
    { kind: 'ConfigMap', data: { 'a b': '' } },
    [expect.stringContaining('data[a b]: Invalid value: "a b": a valid config key must consist of')],
  ],
  [
    'a pull secret without its key',
    { kind: 'Secret', type: 'kubernetes.io/dockerconfigjson' },
    ['data[.dockerconfigjson]: Required value'],
  ],
  [
    'a budget with both bounds',
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { minAvailable: 1, maxUnavailable: 1 } },
    [expect.stringContaining('minAvailable and maxUnavailable cannot be both set')],
  ],
  [
    'an event about another namespace',
    { kind: 'Event', involvedObject: { kind: 'Pod', namespace: 'other' } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    'a namespace with dots',
    { kind: 'Namespace', metadata: { name: 'a.b' } },
    ['metadata.name: Invalid value: "a.b": must not contain dots'],
  ],
])('refuses %s', (_rule, draft, faults) => expect(bench.faults(draft)).toEqual(faults))

test.each<[rule: string, draft: Draft, old: Draft, faults: string[]]>([
  [
    'the selector of a Deployment',
    deployment({ selector: { matchLabels: { a: 'b', c: 'd' } }, template: template({}, { a: 'b', c: 'd' }) }),
    deployment({ selector, template: template() }),
    ['spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable'],
  ],
  [
    'the node of a pod',
    pod({}, { nodeName: 'n' }),
    pod({}),
    [expect.stringContaining('spec: Forbidden: pod updates may not change fields other than')],
  ],
  [
    'the address of a Service',
    service({ ports: [{ port: 80 }], clusterIP: '10.0.0.2' }),
    service({ ports: [{ port: 80 }], clusterIP: '10.0.0.1' }),
    ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
  ],
  [
    'an immutable ConfigMap',
    { kind: 'ConfigMap', immutable: true, data: { a: 'c' } },
    { kind: 'ConfigMap', immutable: true, data: { a: 'b' } },
    ['data: Forbidden: field is immutable when `immutable` is set'],
  ],
  [
    'the group of a definition',
    { ...aDefinition({ spec: { group: 'other.com' } }), metadata: { name: 'boxes.other.com' } },
    { ...aDefinition(), metadata: { name: 'boxes.other.com' } },
    ['spec.group: Invalid value: "other.com": field is immutable'],
  ],
])('does not let an update change %s', (_rule, draft, old, faults) =>
  expect(bench.faults(draft, { old })).toEqual(faults),
)

test('a pod may get another image and more tolerations', () => {
  const old = pod({}, { tolerations: [{ key: 'a', operator: 'Exists' }] })
  const changed = pod(
    { image: 'other' },
    {
      tolerations: [
        { key: 'a', operator: 'Exists' },
        { key: 'b', operator: 'Exists' },
      ],
    },
  )
  const decoded = bench.send(old).object
  expect(bench.send(changed, { old: decoded }).warnings).toEqual([])
})

const SPEC = 'spec.validation.openAPIV3Schema'

test.each<[rule: string, draft: Draft, faults: string[]]>([
  [
    'a name that does not match',
    { ...aDefinition(), metadata: { name: 'boxes' } },
    ['metadata.name: Invalid value: "boxes": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'a group without a dot',
    { ...aDefinition({ spec: { group: 'example' } }), metadata: { name: 'boxes.example' } },
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  [
    'two storage versions',
    aDefinition({ versions: [aVersion('v1'), aVersion('v2')] }),
    [expect.stringMatching(/^spec\.versions: .*must have exactly one version marked as storage version$/)],
  ],
  [
    'a group of Kubernetes without approval',
    { ...aDefinition({ spec: { group: 'x.k8s.io' } }), metadata: { name: 'boxes.x.k8s.io' } },
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'a fault in the only schema',
    aDefinition({ versions: [aVersion('v1', { schema: { type: 'object', properties: { f: {} } } })] }),
    [`${SPEC}.properties[f].type: Required value: must not be empty for specified object fields`],
  ],
  [
    'a fault in one of two schemas',
    aDefinition({
      versions: [aVersion('v1'), aVersion('v2', { storage: false, schema: { type: 'object', properties: { f: {} } } })],
    }),
    [
      'spec.versions[1].schema.openAPIV3Schema.properties[f].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'a rule that does not compile',
    aDefinition({
      versions: [aVersion('v1', { schema: { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.f == 1' }] } })],
    }),
    [expect.stringContaining(`${SPEC}.x-kubernetes-validations[0].rule: Invalid value: {"Rule":"self.f == 1",`)],
  ],
  [
    'a column of an unknown type',
    aDefinition({
      versions: [aVersion('v1', { additionalPrinterColumns: [{ name: 'A', type: 'x', jsonPath: '.a' }] })],
    }),
    ['spec.additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer,number,string'],
  ],
  [
    'a conversion by webhook',
    aDefinition({ spec: { conversion: { strategy: 'Webhook' } } }),
    ['spec.conversion.strategy: Forbidden: the embedded API server converts by strategy None only'],
  ],
])('refuses a definition with %s', (_rule, draft, faults) => expect(bench.faults(draft)).toEqual(faults))
