import type { Edit } from '../step.ts'

type Fields = Record<string, unknown>

/** One kind with objects of it and changes of them. */
export interface SampleKind {
  group: string
  version: string
  kind: string
  plural: string
  namespaced: boolean
  custom?: true
  /** Fields of a good object beside kind, apiVersion and metadata. */
  fields(place: { name: string; namespace: string }): Fields
  /** Name of the object; the same unless names of this kind have a form of their own. */
  objectName?(place: { name: string; namespace: string }): string
  /** Changes that are allowed on an object that exists. */
  good: Edit[]
  /** Changes that are refused, warned of or corrected, when made or later. */
  bad: Edit[]
  /** Changes through the status subresource. */
  status?: Edit[]
  scale?: true
  /** Only tried, because the real server changes such an object by itself after it was made. */
  tried?: true
  /** Patches with a list or a directive only strategic merge understands. */
  strategic?: Fields[]
  /** Field selectors it may be listed by. */
  selectors?: string[]
}

/** Changes that any kind may see. */
export const ANY_GOOD: Edit[] = [
  { at: '/metadata/labels/color', value: 'blue' },
  { at: '/metadata/labels/color', value: 'red' },
  { at: '/metadata/labels/color' },
  { at: '/metadata/annotations/note', value: 'one' },
  { at: '/metadata/annotations/example.com~1note', value: 'two' },
  { at: '/metadata/annotations' },
  { at: '/metadata/finalizers', value: ['example.com/hold'] },
  { at: '/metadata/finalizers', value: ['example.com/hold', 'example.com/other'] },
  { at: '/metadata/finalizers', value: [] },
  { at: '/metadata/finalizers' },
  {
    at: '/metadata/ownerReferences',
    value: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '00000000-0000-4000-8000-000000000001' }],
  },
]

export const ANY_BAD: Edit[] = [
  { at: '/metadata/labels/bad key!', value: 'x' },
  { at: '/metadata/labels/color', value: 'no spaces here' },
  { at: '/metadata/labels/color', value: 5 },
  { at: '/metadata/labels/color', value: 'a'.repeat(64) },
  { at: '/metadata/labels', value: 'text' },
  { at: '/metadata/labels', value: null },
  { at: '/metadata/annotations/bad key!', value: 'x' },
  { at: '/metadata/annotations/note', value: true },
  { at: '/metadata/finalizers', value: ['not a finalizer!'] },
  { at: '/metadata/finalizers', value: ['plain'] },
  { at: '/metadata/finalizers', value: 'example.com/hold' },
  { at: '/metadata/finalizers', value: ['foregroundDeletion'] },
  { at: '/metadata/ownerReferences', value: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '' }] },
  {
    at: '/metadata/ownerReferences',
    value: ['a', 'b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name,
      uid: `00000000-0000-4000-8000-00000000000${name}`,
      controller: true,
    })),
  },
  { at: '/metadata/creationTimestamp', value: '2001-01-01T00:00:00Z' },
  { at: '/metadata/creationTimestamp', value: 'yesterday' },
  { at: '/metadata/creationTimestamp' },
  { at: '/metadata/deletionTimestamp', value: '2001-01-01T00:00:00Z' },
  { at: '/metadata/generation', value: 77 },
  { at: '/metadata/uid', value: '00000000-0000-4000-8000-000000000009' },
  { at: '/metadata/resourceVersion', value: 'abc' },
  { at: '/metadata/resourceVersion', value: 5 },
  { at: '/metadata/resourceVersion', value: '' },
  { at: '/metadata/resourceVersion' },
  { at: '/metadata/name', value: 'another' },
  { at: '/metadata/name', value: 'Bad_Name' },
  { at: '/metadata/name' },
  { at: '/metadata/namespace', value: 'elsewhere' },
  { at: '/metadata/unknown', value: 1 },
  { at: '/metadata', value: 'text' },
  { at: '/metadata', value: null },
  { at: '/unknown', value: { deep: [1] } },
  { at: '/kind', value: 'Wrong' },
  { at: '/kind' },
  { at: '/apiVersion', value: 'wrong/v9' },
  { at: '/apiVersion' },
  { at: '/status', value: 'text' },
  { at: '/status', value: {} },
]

export function collectionPath({ group, version, plural, namespaced }: SampleKind, namespace: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespaced ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`
}

export function sampleObject(kind: SampleKind, place: { name: string; namespace: string }): Fields {
  const name = kind.objectName?.(place) ?? (kind.namespaced ? place.name : `${place.namespace}-${place.name}`)
  return {
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name, labels: { sequence: place.namespace, color: 'green' } },
    ...kind.fields(place),
  }
}
