import { expect, test } from 'vitest'
import { decodeBuiltIn } from './decode-built-in.ts'

const pod = (container: object): Record<string, unknown> => ({ spec: { containers: [container] } })

test.each<[model: string, object: Record<string, unknown>, message: string]>([
  [
    'V1Deployment',
    { spec: { replicas: 'a' } },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'V1Deployment',
    { spec: { replicas: 1.5 } },
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'V1Deployment',
    { spec: { replicas: 99999999999 } },
    'json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'V1Deployment',
    { spec: [] },
    'json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec',
  ],
  [
    'V1Pod',
    pod({ name: 1 }),
    'json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
  ],
  [
    'V1Pod',
    { spec: { containers: { name: 'x' } } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    'V1Pod',
    { spec: { containers: ['a'] } },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
  ],
  [
    'V1Pod',
    { metadata: { labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'V1Pod',
    { spec: { hostNetwork: 'yes' } },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
  ],
  [
    'V1Pod',
    pod({ resources: { limits: { cpu: 'abc' } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'V1Pod',
    { metadata: { creationTimestamp: 'x' } },
    'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  ],
  [
    'V1ConfigMap',
    { data: 'x', metadata: { creationTimestamp: 'y' } },
    'parsing time "y" as "2006-01-02T15:04:05Z07:00": cannot parse "y" as "2006"',
  ],
  ['V1Secret', { data: { a: '%%%' } }, 'illegal base64 data at input byte 0'],
  ['V1Secret', { data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field Secret.data of type []uint8'],
  [
    'V1ConfigMap',
    { data: 'x' },
    'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
  ],
])('refuses in a %s the value of %j', (model, object, message) => {
  expect(() => decodeBuiltIn(object, model)).toThrow(message)
})

test('removes and reports unknown fields at any depth', () => {
  const object = { spec: { foo: 1, template: { spec: { containers: [{ bar: 1, name: 'x' }] } } } }
  expect(decodeBuiltIn(object, 'V1Deployment')).toEqual(['spec.foo', 'spec.template.spec.containers[0].bar'])
  expect(object).toEqual({ spec: { template: { spec: { containers: [{ name: 'x' }] } } } })
})

test('stores quantities in their canonical spelling and drops nulls', () => {
  const object = pod({
    name: 'c',
    image: null,
    resources: { limits: { cpu: 1, memory: '1024Mi', 'nvidia.com/gpu': 2 } },
  })
  decodeBuiltIn(object, 'V1Pod')
  expect(object).toEqual(pod({ name: 'c', resources: { limits: { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '2' } } }))
})

test('cuts fractions of seconds from times, but not from those that have them by definition', () => {
  const lease = {
    metadata: { creationTimestamp: '2026-01-02T03:04:05.678Z' },
    spec: { renewTime: '2026-01-02T03:04:05.678901Z' },
  }
  decodeBuiltIn(lease, 'V1Lease')
  expect(lease).toEqual({
    metadata: { creationTimestamp: '2026-01-02T03:04:05Z' },
    spec: { renewTime: '2026-01-02T03:04:05.678901Z' },
  })
})

test('accepts numbers and texts where both are allowed', () => {
  const service = {
    spec: {
      ports: [
        { port: 80, targetPort: 'http' },
        { port: 81, targetPort: 8081 },
      ],
    },
  }
  expect(decodeBuiltIn(service, 'V1Service')).toEqual([])
})

test('knows the fields of schemas inside of CustomResourceDefinitions', () => {
  const crd = { spec: { versions: [{ schema: { openAPIV3Schema: { properties: { a: { items: { typo: 1 } } } } } }] } }
  expect(decodeBuiltIn(crd, 'V1CustomResourceDefinition')).toEqual([
    'spec.versions[0].schema.openAPIV3Schema.properties.a.items.typo',
  ])
})
