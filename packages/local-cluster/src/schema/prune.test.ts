import { expect, test } from 'vitest'
import { prune } from './prune.ts'
import type { Schema } from './schema.ts'

const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const NAMED: Schema = { type: 'object', properties: { a: { type: 'string' } } }

test.each<[rule: string, schema: Schema, value: unknown, kept: unknown, removed: string[]]>([
  ['removes unknown fields', NAMED, { a: 'x', b: 1 }, { a: 'x' }, ['f.b']],
  ['keeps everything where unknown fields are preserved', OPEN, { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1 }] } }, []],
  [
    'prunes known fields below a place that preserves the others',
    { ...OPEN, properties: { known: NAMED } },
    { known: { b: 1 }, other: { b: 1 } },
    { known: {}, other: { b: 1 } },
    ['f.known.b'],
  ],
  [
    'preserves the items of a list of unknown content',
    { 'x-kubernetes-preserve-unknown-fields': true },
    [{ a: 1 }],
    [{ a: 1 }],
    [],
  ],
  ['prunes items', { type: 'array', items: NAMED }, [{ a: '' }, { c: 1 }], [{ a: '' }, {}], ['f[1].c']],
  ['prunes values of maps', { type: 'object', additionalProperties: NAMED }, { x: { b: 1 } }, { x: {} }, ['f.x.b']],
  ['keeps scalars of maps', { type: 'object', additionalProperties: { type: 'string' } }, { x: 'y' }, { x: 'y' }, []],
  [
    'keeps type and metadata of embedded resources',
    { ...NAMED, 'x-kubernetes-embedded-resource': true },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, a: 'x', b: 1 },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, a: 'x' },
    ['f.b'],
  ],
])('%s', (_rule, schema, value, kept, removed) => {
  const resource = { f: value }
  expect(prune(resource, { type: 'object', properties: { f: schema } })).toEqual(removed)
  expect(resource).toEqual({ f: kept })
})

test('keeps type and metadata of the resource and sorts what it removed', () => {
  const resource = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'n' }, z: 1, b: 1 }
  expect(prune(resource, { type: 'object' })).toEqual(['b', 'z'])
  expect(resource).toEqual({ apiVersion: 'x/v1', kind: 'X', metadata: { name: 'n' } })
})
