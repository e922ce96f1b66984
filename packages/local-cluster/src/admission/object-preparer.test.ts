import { beforeEach, expect, test } from 'vitest'
import type { Schema } from '../schema/schema.ts'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { type Draft, PreparerBench } from '../testing/preparer-bench.ts'

const SPEC: Schema = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 },
    colour: { type: 'string', default: 'red' },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  },
  'x-kubernetes-validations': [{ rule: "self.size < 10 || self.colour == 'blue'", message: 'large boxes are blue' }],
}
const SCALE = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }

let bench: PreparerBench
beforeEach(() => {
  bench = new PreparerBench()
  const schema: Schema = {
    type: 'object',
    properties: { spec: SPEC, status: { type: 'object', properties: { size: { type: 'integer' } } } },
  }
  const versions = [
    aVersion('v1', { schema, subresources: { status: {}, scale: SCALE } }),
    aVersion('v1alpha1', { schema, storage: false, deprecated: true }),
  ]
  bench.kinds.serve(aDefinition({ versions }))
})

const box = (spec: object, more: Draft = {}): Draft => ({ apiVersion: 'example.com/v1', kind: 'Box', spec, ...more })

test('a custom resource is defaulted', () => {
  expect(bench.send(box({ size: 1 })).object.spec).toEqual({ size: 1, colour: 'red' })
})

test('unknown and repeated fields are refused when validation is strict', () => {
  const { code, reason, message } = bench.refusal(
    box({ size: 1, foo: 1 }, { bar: {}, metadata: { name: 'x', ...{ odd: 1 } } }),
    {
      duplicateFields: ['spec.size'],
    },
  )
  expect({ code, reason }).toEqual({ code: 400, reason: 'BadRequest' })
  expect(message).toBe(
    'Box in version "v1" cannot be handled as a Box: strict decoding error: duplicate field "spec.size", unknown field "metadata.odd", unknown field "bar", unknown field "spec.foo"',
  )
})

test('unknown fields are warned of, or pass in silence, and go in any case', () => {
  const warned = bench.send(box({ size: 1, foo: 1 }), { fieldValidation: 'Warn' })
  expect(warned.warnings).toEqual(['unknown field "spec.foo"'])
  const ignored = bench.send(box({ size: 1, foo: 1 }), { fieldValidation: 'Ignore' })
  expect(ignored.warnings).toEqual([])
  expect(ignored.object.spec).toEqual({ size: 1, colour: 'red' })
})

test('a deprecated version warns', () => {
  const { warnings } = bench.send({ ...box({ size: 1 }), apiVersion: 'example.com/v1alpha1' })
  expect(warnings).toEqual(['example.com/v1alpha1 Box is deprecated'])
})

test('all faults come in one answer with their fields', () => {
  const { code, reason, message, details } = bench.refusal(box({ size: 0, tags: ['a', 'a'] }))
  expect({ code, reason }).toEqual({ code: 422, reason: 'Invalid' })
  expect(message).toBe(
    'Box.example.com "x" is invalid: [spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1, spec.tags[1]: Duplicate value: "a"]',
  )
  expect(details).toMatchObject({ name: 'x', group: 'example.com', kind: 'Box' })
  expect(details?.causes?.map(({ reason: why, field }) => [why, field])).toEqual([
    ['FieldValueInvalid', 'spec.size'],
    ['FieldValueDuplicate', 'spec.tags[1]'],
  ])
})

test('rules are not evaluated on what the schema refuses', () => {
  expect(bench.faults(box({ size: 'large' }))).toEqual([
    'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    '.spec.size: Invalid value: 0: .spec.size accessor error: large is of the type string, expected int64',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ])
  expect(bench.faults(box({ size: 12 }))).toEqual(['spec: Invalid value: large boxes are blue'])
})

test('replicas of a scale are whole numbers from zero', () => {
  expect(bench.faults(box({ size: 1 }, { status: { size: -1 } }))).toEqual([
    '.status.size: Invalid value: -1: should be a non-negative integer',
  ])
})

test('an old fault does not block another change', () => {
  const old = box({ size: 12, colour: 'red' })
  expect(bench.send(box({ size: 12, colour: 'red' }, { metadata: { labels: { a: 'b' } } }), { old }).warnings).toEqual(
    [],
  )
})

test.each<[rule: string, draft: Draft, fault: RegExp]>([
  [
    'upper case in names',
    { metadata: { name: 'A' } },
    /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist/,
  ],
  ['a missing name', { metadata: { name: '' } }, /^metadata\.name: Required value: name or generateName is required/],
  [
    'spaces in label values',
    { metadata: { labels: { a: 'b c' } } },
    /^metadata\.labels: Invalid value: "b c": a valid label must be an empty string or consist/,
  ],
  [
    'label keys without a name',
    { metadata: { labels: { 'x/': '' } } },
    /^metadata\.labels: Invalid value: "x\/": name part must be non-empty/,
  ],
  [
    'odd finalizers',
    { metadata: { finalizers: ['a b'] } },
    /^metadata\.finalizers: Invalid value: "a b": name part must consist of/,
  ],
  [
    'owners without a UID',
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] } },
    /^metadata\.ownerReferences\.uid: Invalid value: "": must not be empty/,
  ],
])('refuses %s', (_rule, draft, fault) => {
  expect(bench.faults(box({ size: 1 }, draft))[0]).toMatch(fault)
})

test('an object in deletion takes no new finalizers', () => {
  const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/a'] }
  const old = box({ size: 1 }, { metadata })
  const more = box({ size: 1 }, { metadata: { ...metadata, finalizers: ['example.com/a', 'example.com/b'] } })
  expect(bench.faults(more, { old })).toEqual([
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}',
  ])
})

test('a Secret stores plain text as data', () => {
  const { object } = bench.send({ kind: 'Secret', stringData: { a: 'b' } })
  expect(object).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } })
  expect(object).not.toHaveProperty('stringData')
})

test('a value of the wrong type in a built-in kind is a bad request', () => {
  const { code, message } = bench.refusal({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 'a' } })
  expect(code).toBe(400)
  expect(message).toBe(
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  )
})
