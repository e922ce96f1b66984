import type { PodSpec } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { aCase, rendered } from '../testing/rendering-cases.ts'

const SERVER = { name: 'server', image: 'registry.example/server:1' }
const OURS = [
  { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
]

interface Parts {
  spec?: Record<string, unknown>
  metadata?: Record<string, unknown>
  annotations?: Record<string, string>
  existingNodes?: string[]
}

function renderedWith({ spec, metadata, ...parts }: Parts) {
  const template = { ...(metadata && { metadata }), spec: { containers: [SERVER], ...spec } }
  const one = aCase('ws', parts)
  return rendered({ ...one, workspace: { ...one.workspace, inference: { template } } })
}

const podOf = (parts: Parts): PodSpec | undefined => renderedWith(parts).workload.spec?.template.spec

function requiredTerms(spec: PodSpec | undefined): unknown {
  const { nodeAffinity = {} }: { nodeAffinity?: Record<string, unknown> } = spec?.affinity ?? {}
  return nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
}

test('what the user wrote stays, whether this software knows it or not', () => {
  const spec = {
    containers: [{ ...SERVER, newField: { a: 1 }, resources: { limits: { 'nvidia.com/gpu': 1 } } }],
    hostname: 'server',
    nodeSelector: { disk: 'fast' },
    topologySpreadConstraints: [{ maxSkew: 1 }],
  }
  expect(podOf({ spec })).toMatchObject(spec)
})

test('labels and annotations stay, and the Pod belongs to its Workspace alone', () => {
  const metadata = { labels: { app: 'a', 'kaito.sh/workspace': 'another' }, annotations: { note: 'kept' } }
  expect(renderedWith({ metadata }).workload.spec?.template.metadata).toEqual({
    labels: { app: 'a', 'kaito.sh/workspace': 'ws' },
    annotations: { note: 'kept' },
  })
})

test.each<[theirs: boolean | undefined, expected: boolean]>([
  [undefined, false],
  [false, false],
  [true, true],
])('with automountServiceAccountToken %s the token is mounted: %s', (automountServiceAccountToken, expected) => {
  expect(podOf({ spec: { automountServiceAccountToken } })?.automountServiceAccountToken).toBe(expected)
})

test.each<[what: string, theirs: unknown, expected: unknown[]]>([
  ['none of their own', null, OURS],
  ['another', [{ key: 'a', operator: 'Exists' }], [{ key: 'a', operator: 'Exists' }, ...OURS]],
  ['one of ours', [OURS[1]], [OURS[1], OURS[0]]],
  [
    'one of ours in short',
    [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }, OURS[0]],
  ],
  [
    'a part of one of ours',
    [{ key: 'sku', value: 'gpu', effect: 'NoExecute' }],
    [{ key: 'sku', value: 'gpu', effect: 'NoExecute' }, ...OURS],
  ],
])('with %s, tolerations are joined and none is there twice', (_what, tolerations, expected) => {
  expect(podOf({ spec: { tolerations } })?.tolerations).toEqual(expected)
})

test('each of their terms holds together with each of ours, and what they prefer stays', () => {
  const has = (key: string) => ({ key, operator: 'Exists' })
  const field = { key: 'metadata.name', operator: 'NotIn', values: ['node-z'] }
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [has('one')] }, { matchFields: [field] }],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [has('three')] } }],
  }
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] }
  const spec = podOf({ spec: { affinity: { nodeAffinity, podAntiAffinity } }, existingNodes: ['node-a'] })
  const [own] = ownTerms()
  const named = { key: 'metadata.name', operator: 'In', values: ['node-a'] }
  expect(requiredTerms(spec)).toEqual({
    nodeSelectorTerms: [
      { matchExpressions: [has('one'), ...own] },
      { matchExpressions: [has('one')], matchFields: [named] },
      { matchExpressions: own, matchFields: [field] },
      { matchFields: [field, named] },
    ],
  })
  expect(spec?.affinity).toMatchObject({
    podAntiAffinity,
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution,
    },
  })
})

/** What our only term asks for when the user has none. */
function ownTerms() {
  const labels = { apps: 'ws', 'kaito.sh/workspace': 'ws', 'kaito.sh/workspacenamespace': 'default' }
  return [Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }))] as const
}

test('without an affinity of theirs the nodes of the Workspace are all that is asked for', () => {
  expect(requiredTerms(podOf({}))).toEqual({
    nodeSelectorTerms: ownTerms().map((matchExpressions) => ({ matchExpressions })),
  })
})

test.each<[what: string, containers: unknown[], targetPort: number | undefined]>([
  ['no port', [SERVER], undefined],
  ['a named port', [{ ...SERVER, ports: [{ name: 'web', containerPort: 8000 }] }], 8000],
  [
    'ports of several containers',
    [SERVER, { ...SERVER, name: 'b', ports: [{ containerPort: 9000 }, { containerPort: 9001 }] }],
    9000,
  ],
  [
    'a port of another protocol first',
    [{ ...SERVER, ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 80 }] }],
    80,
  ],
])('with %s, port 80 of the Service leads to %s', (_what, containers, targetPort) => {
  const services = renderedWith({ spec: { containers } }).services
  expect(services.map(({ spec }) => spec?.ports)).toEqual(
    targetPort === undefined ? [] : [[{ name: 'http', protocol: 'TCP', port: 80, targetPort }]],
  )
})

test('the annotation makes the Service reachable from outside', () => {
  const spec = { containers: [{ ...SERVER, ports: [{ containerPort: 8000 }] }] }
  const typeOf = (parts: Parts) => renderedWith({ spec, ...parts }).services[0]?.spec?.type
  expect(typeOf({})).toBe('ClusterIP')
  expect(typeOf({ annotations: { 'kaito.sh/enablelb': 'true' } })).toBe('LoadBalancer')
})

test('another template has another hash', () => {
  const hashOf = (spec: Record<string, unknown>) => renderedWith({ spec }).workload.metadata.annotations
  expect(hashOf({ hostname: 'a' })).not.toEqual(hashOf({ hostname: 'b' }))
  expect(hashOf({ hostname: 'a', subdomain: 'b' })).toEqual(hashOf({ subdomain: 'b', hostname: 'a' }))
})
