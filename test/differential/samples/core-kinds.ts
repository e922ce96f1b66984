import type { SampleKind } from './sample-kind.ts'

const CORE = { group: '', version: 'v1', namespaced: true }

const configMap: SampleKind = {
  ...CORE,
  kind: 'ConfigMap',
  plural: 'configmaps',
  fields: () => ({ data: { a: '1', b: '2' } }),
  good: [
    { at: '/data/a', value: 'changed' },
    { at: '/data/c', value: 'new' },
    { at: '/data/b' },
    { at: '/binaryData/bin', value: 'AAEC' },
  ],
  bad: [
    { at: '/immutable', value: true },
    { at: '/immutable', value: false },
    { at: '/data/bad key', value: 'x' },
    { at: '/data/n', value: 5 },
    { at: '/data', value: ['x'] },
    { at: '/data', value: null },
    { at: '/binaryData/a', value: 'AAEC' },
    { at: '/binaryData/x', value: 'not base64!' },
  ],
  selectors: ['metadata.name=a', 'metadata.name!=a', 'metadata.namespace=default', 'data.a=1', 'metadata.name'],
}

const secret: SampleKind = {
  ...CORE,
  kind: 'Secret',
  plural: 'secrets',
  fields: () => ({ data: { a: 'MQ==' } }),
  good: [
    { at: '/data/a', value: 'Mg==' },
    { at: '/stringData/b', value: 'plain' },
    { at: '/data/c', value: '' },
  ],
  bad: [
    { at: '/immutable', value: true },
    { at: '/type', value: 'kubernetes.io/dockerconfigjson' },
    { at: '/type', value: 'kubernetes.io/tls' },
    { at: '/type', value: 'kubernetes.io/basic-auth' },
    { at: '/type', value: 'kubernetes.io/ssh-auth' },
    { at: '/type', value: 'kubernetes.io/service-account-token' },
    { at: '/type', value: 'example.com/own' },
    { at: '/data/bad key', value: 'MQ==' },
    { at: '/data/a', value: '%%%' },
    { at: '/stringData/n', value: 5 },
  ],
  selectors: ['type=Opaque', 'type!=Opaque', 'metadata.name=b'],
}

const service: SampleKind = {
  ...CORE,
  kind: 'Service',
  plural: 'services',
  fields: () => ({ spec: { selector: { app: 'a' }, ports: [{ port: 80, targetPort: 8080 }] } }),
  good: [
    { at: '/spec/selector/app', value: 'b' },
    { at: '/spec/ports', value: [{ port: 81 }] },
    {
      at: '/spec/ports',
      value: [
        { name: 'http', port: 80 },
        { name: 'tls', port: 443, targetPort: 'tls' },
      ],
    },
    { at: '/spec/sessionAffinity', value: 'ClientIP' },
    { at: '/spec/sessionAffinity', value: 'None' },
    { at: '/spec/publishNotReadyAddresses', value: true },
  ],
  bad: [
    { at: '/spec/type', value: 'Wrong' },
    { at: '/spec/clusterIP', value: 'None' },
    { at: '/spec/clusterIP', value: '10.0.0.1' },
    { at: '/spec/clusterIP', value: '192.168.0.1' },
    { at: '/spec/clusterIP', value: 'text' },
    { at: '/spec/ports', value: [] },
    { at: '/spec/ports', value: [{ port: 0 }] },
    { at: '/spec/ports', value: [{ port: 70_000 }] },
    { at: '/spec/ports', value: [{ port: 80, protocol: 'HTTP' }] },
    { at: '/spec/ports', value: [{ port: 80 }, { port: 81 }] },
    { at: '/spec/ports', value: [{ port: '80' }] },
    { at: '/spec/ports', value: [{ port: 80, targetPort: 'Bad_Name' }] },
    { at: '/spec/selector', value: { 'bad key!': 'x' } },
    { at: '/spec/unknown', value: 1 },
    { at: '/spec' },
    { at: '/spec/sessionAffinity', value: 'Wrong' },
  ],
  status: [{ at: '/status/loadBalancer/ingress', value: [{ ip: '1.2.3.4' }] }],
  strategic: [
    { spec: { ports: [{ port: 80, targetPort: 9090 }] } },
    { spec: { ports: [{ port: 82, name: 'more' }] } },
    { spec: { ports: [{ $patch: 'delete', port: 80 }] } },
    { spec: { $patch: 'replace', ports: [{ port: 83 }] } },
    { spec: { selector: { $patch: 'replace', app: 'z' } } },
  ],
}

const serviceAccount: SampleKind = {
  ...CORE,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  fields: () => ({}),
  good: [
    { at: '/automountServiceAccountToken', value: false },
    { at: '/imagePullSecrets', value: [{ name: 'pull' }] },
  ],
  bad: [
    { at: '/automountServiceAccountToken', value: 'no' },
    { at: '/secrets', value: 'x' },
  ],
  strategic: [{ imagePullSecrets: [{ name: 'more' }] }, { imagePullSecrets: [{ $patch: 'delete', name: 'pull' }] }],
}

const event: SampleKind = {
  ...CORE,
  kind: 'Event',
  plural: 'events',
  fields: ({ namespace }) => ({
    involvedObject: { kind: 'Pod', namespace, name: 'a' },
    reason: 'Tested',
    message: 'text',
    type: 'Normal',
    firstTimestamp: '2001-01-01T00:00:00Z',
    lastTimestamp: '2001-01-01T00:00:00Z',
    count: 1,
    source: { component: 'test' },
  }),
  good: [
    { at: '/count', value: 2 },
    { at: '/message', value: 'other' },
    { at: '/type', value: 'Warning' },
  ],
  bad: [
    { at: '/involvedObject/namespace', value: 'elsewhere' },
    { at: '/count', value: 'many' },
    { at: '/eventTime', value: '2001-01-01T00:00:00.000000Z' },
    { at: '/involvedObject' },
  ],
  selectors: ['involvedObject.name=a', 'reason=Tested', 'type=Warning', 'involvedObject.kind=Pod,reason!=Other'],
}

const lease: SampleKind = {
  group: 'coordination.k8s.io',
  version: 'v1',
  namespaced: true,
  kind: 'Lease',
  plural: 'leases',
  fields: () => ({
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' },
  }),
  good: [
    { at: '/spec/holderIdentity', value: 'you' },
    { at: '/spec/leaseTransitions', value: 3 },
    { at: '/spec/renewTime', value: '2001-02-01T00:00:00.123456Z' },
  ],
  bad: [
    { at: '/spec/leaseDurationSeconds', value: 0 },
    { at: '/spec/leaseTransitions', value: -1 },
    { at: '/spec/renewTime', value: 'now' },
    { at: '/spec/holderIdentity', value: 5 },
    { at: '/spec' },
  ],
}

export const CORE_KINDS: SampleKind[] = [configMap, secret, service, serviceAccount, event, lease]
