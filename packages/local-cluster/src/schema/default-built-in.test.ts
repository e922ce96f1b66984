import { expect, test } from 'vitest'
import { objectAt, valueAt } from '../json.ts'
import { defaultBuiltIn } from './default-built-in.ts'

function defaulted(model: string, object: Record<string, unknown>): Record<string, unknown> {
  defaultBuiltIn(object, model)
  return object
}

test('a Service gets type, affinity, protocol and target port', () => {
  expect(defaulted('V1Service', { spec: { ports: [{ port: 80 }] } })).toEqual({
    spec: {
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  })
})

test('a Deployment rolls a quarter of its pods', () => {
  const spec = objectAt(defaulted('V1Deployment', { spec: { template: { spec: { containers: [] } } } }), 'spec')
  expect(spec).toMatchObject({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    template: { spec: { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } },
  })
})

test('a strategy that recreates gets no rolling update', () => {
  const deployment = defaulted('V1Deployment', { spec: { strategy: { type: 'Recreate' } } })
  expect(valueAt(deployment, 'spec', 'strategy')).toEqual({ type: 'Recreate' })
})

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['localhost:5000/nginx', 'Always'],
  ['nginx:1.27', 'IfNotPresent'],
  ['nginx@sha256:0123', 'IfNotPresent'],
])('the image %s is pulled %s', (image, imagePullPolicy) => {
  expect(defaulted('V1Container', { image })).toMatchObject({ imagePullPolicy })
})

test('a Pod requests what it is limited to; a template does not', () => {
  const containers = () => [{ name: 'c', resources: { limits: { 'nvidia.com/gpu': '1' } } }]
  const pod = defaulted('V1Pod', { spec: { containers: containers() } })
  expect(valueAt(pod, 'spec', 'containers')).toMatchObject([{ resources: { requests: { 'nvidia.com/gpu': '1' } } }])
  const set = defaulted('V1ReplicaSet', { spec: { template: { spec: { containers: containers() } } } })
  expect(JSON.stringify(set)).not.toContain('requests')
})

test('probes get their timing and a path', () => {
  const container = defaulted('V1Container', { livenessProbe: { httpGet: { port: 5000 } } })
  expect(container.livenessProbe).toEqual({
    httpGet: { port: 5000, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })
})

test('a Job takes its labels from its template', () => {
  const job = defaulted('V1Job', { metadata: {}, spec: { template: { metadata: { labels: { a: 'b' } } } } })
  expect(job).toMatchObject({
    metadata: { labels: { a: 'b' } },
    spec: { completions: 1, parallelism: 1, backoffLimit: 6 },
  })
})

test('a volume without a source is an empty directory', () => {
  expect(defaulted('V1Volume', { name: 'v' })).toEqual({ name: 'v', emptyDir: {} })
})
