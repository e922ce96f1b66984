import { expect, test } from 'vitest'
import { strategicMergePatched } from './strategic-merge.ts'

const pod = {
  spec: {
    containers: [
      { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] },
      { name: 'b', image: 'b:1' },
    ],
    tolerations: [{ key: 'one' }],
    volumes: [{ name: 'v', emptyDir: {} }],
    imagePullSecrets: [{ name: 'one' }],
  },
  metadata: { finalizers: ['x', 'y'], labels: { a: '1' } },
  imagePullSecrets: [{ name: 'one' }],
}

test.each<[rule: string, patch: Record<string, unknown>, at: string[], expected: unknown]>([
  [
    'merges containers by name and keeps the others',
    { spec: { containers: [{ name: 'b', image: 'b:2' }] } },
    ['spec', 'containers'],
    [pod.spec.containers[0], { name: 'b', image: 'b:2' }],
  ],
  [
    'merges lists inside merged items, and puts what the patch brings first',
    { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] } },
    ['spec', 'containers', '0', 'env'],
    [
      { name: 'Y', value: '2' },
      { name: 'X', value: '1' },
    ],
  ],
  [
    'deletes the item a $patch: delete names',
    { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
    ['spec', 'containers'],
    [{ name: 'b', image: 'b:1' }],
  ],
  [
    'replaces a list by $patch: replace',
    { spec: { containers: [{ name: 'c', image: 'c' }, { $patch: 'replace' }] } },
    ['spec', 'containers'],
    [{ name: 'c', image: 'c' }],
  ],
  [
    'replaces an object by $patch: replace',
    { metadata: { labels: { b: '2', $patch: 'replace' } } },
    ['metadata', 'labels'],
    { b: '2' },
  ],
  [
    'treats tolerations as one value',
    { spec: { tolerations: [{ key: 'two' }] } },
    ['spec', 'tolerations'],
    [{ key: 'two' }],
  ],
  [
    'adds to a set without doubles',
    { metadata: { finalizers: ['y', 'z'] } },
    ['metadata', 'finalizers'],
    ['x', 'y', 'z'],
  ],
  [
    'takes values out of a set',
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
    ['metadata', 'finalizers'],
    ['y'],
  ],
  [
    'orders items as $setElementOrder says',
    {
      spec: {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
        containers: [{ name: 'a', image: 'a:2' }],
      },
    },
    ['spec', 'containers', '0', 'name'],
    'b',
  ],
  [
    'keeps an item the order does not name before its old neighbour',
    { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }], containers: [{ name: 'c' }] } },
    ['spec', 'containers', '0', 'name'],
    'a',
  ],
  [
    'drops what $retainKeys does not name',
    { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 's' } }] } },
    ['spec', 'volumes'],
    [{ name: 'v', secret: { secretName: 's' } }],
  ],
  [
    'leaves no directive in a list that was not there',
    {
      spec: {
        tolerations: null,
        hostAliases: [{ $patch: 'delete', ip: '::1' }],
        readinessGates: [{ $patch: 'delete' }],
      },
    },
    ['spec', 'readinessGates'],
    [],
  ],
  ['removes a field set to null', { metadata: { labels: null } }, ['metadata', 'labels'], undefined],
  ['leaves no null in what it adds', { status: { a: null, b: 1 } }, ['status'], { b: 1 }],
  [
    'treats the pull secrets of an account as one value, unlike those of a pod',
    { imagePullSecrets: [{ name: 'two' }], spec: { imagePullSecrets: [{ name: 'two' }] } },
    [],
    {
      ...pod,
      imagePullSecrets: [{ name: 'two' }],
      spec: { ...pod.spec, imagePullSecrets: [{ name: 'two' }, { name: 'one' }] },
    },
  ],
])('%s', (...[, patch, at, expected]) => {
  const result = strategicMergePatched(structuredClone(pod), patch)
  expect(at.reduce<unknown>((value, step) => Reflect.get(value as object, step), result)).toEqual(expected)
})
