import { expect, test } from 'vitest'
import { decodeProtobuf } from './decode-protobuf.ts'

// As kubectl 1.32 sends `create configmap a --from-literal=x=1`.
const CONFIG_MAP =
  '6b3873000a0f0a0276311209436f6e6669674d6170121b0a110a01611200' + '1a0022002a0032003800420012060a01781201311a002200'

test('reads a ConfigMap as kubectl sends it', () => {
  expect(decodeProtobuf(Buffer.from(CONFIG_MAP, 'hex'))).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data: { x: '1' },
  })
})

function field(number: number, bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes)
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])
}

function envelope(apiVersion: string, kind: string, message: Buffer): Buffer {
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)])
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, message)])
}

test('keeps a zero the client set and drops one it did not', () => {
  const spec = Buffer.concat([Buffer.from([1 << 3, 0]), Buffer.from([5 << 3, 0])])
  expect(decodeProtobuf(envelope('apps/v1', 'Deployment', field(2, spec))).spec).toEqual({ replicas: 0 })
})

test('reads quantities, ports that are numbers or names, and inlined structs', () => {
  const port = Buffer.concat([
    Buffer.from([3 << 3, 80]),
    field(4, Buffer.concat([Buffer.from([8, 1]), field(3, 'http')])),
  ])
  const service = decodeProtobuf(envelope('v1', 'Service', field(2, field(1, port))))
  expect(service.spec).toEqual({ ports: [{ port: 80, targetPort: 'http' }] })
  const emptyDir = field(2, field(2, field(2, field(1, '1Gi'))))
  const volume = Buffer.concat([field(1, 'v'), emptyDir])
  const pod = decodeProtobuf(envelope('v1', 'Pod', field(2, field(1, volume))))
  expect(pod.spec).toEqual({ volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] })
})

test.each<[what: string, bytes: Buffer]>([
  ['without the magic number', Buffer.from('nonsense')],
  ['cut short', Buffer.from(CONFIG_MAP, 'hex').subarray(0, 30)],
  ['of a kind it does not know', envelope('example.com/v1', 'Thing', Buffer.alloc(0))],
])('refuses a body %s', (_what, bytes) => expect(() => decodeProtobuf(bytes)).toThrow(RangeError))
