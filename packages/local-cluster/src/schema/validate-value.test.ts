import { expect, test } from 'vitest'
import { repeatedItems } from './list-rules.ts'
import type { Schema } from './schema.ts'
import { schemaFaults } from './validate-value.ts'

const shown = (value: unknown, schema: Schema, old?: unknown): string[] =>
  schemaFaults({ value: { f: value }, old: old === undefined ? undefined : { f: old } }, at(schema), '').map(
    ({ field, message }) => `${field}: ${message}`,
  )
const at = (schema: Schema): Schema => ({ type: 'object', properties: { f: schema } })

test.each<[rule: string, schema: Schema, value: unknown, faults: string[]]>([
  [
    'a wrong type',
    { type: 'integer' },
    'x',
    ['f: Invalid value: "string": f in body must be of type integer: "string"'],
  ],
  [
    'a fraction for an integer',
    { type: 'integer' },
    1.5,
    ['f: Invalid value: "number": f in body must be of type integer: "number"'],
  ],
  ['a whole number for a number', { type: 'number' }, 3, []],
  [
    'null where it is not allowed',
    { type: 'string' },
    null,
    ['f: Invalid value: "null": f in body must be of type string: "null"'],
  ],
  ['null where it is allowed', { type: 'string', nullable: true }, null, []],
  ['both forms of int-or-string', { 'x-kubernetes-int-or-string': true }, '50%', []],
  [
    'a boolean for int-or-string',
    { 'x-kubernetes-int-or-string': true },
    true,
    ['f: Invalid value: "boolean": f in body must be of type integer,string: "boolean"'],
  ],
  [
    'a value outside of an enum',
    { type: 'string', enum: ['a', 'b'] },
    'c',
    ['f: Unsupported value: "c": supported values: "a", "b"'],
  ],
  [
    'a text that does not match',
    { type: 'string', pattern: '^a+$' },
    'b',
    ['f: Invalid value: "b": f in body should match \'^a+$\''],
  ],
  [
    'a text that is too short',
    { type: 'string', minLength: 1 },
    '',
    ['f: Invalid value: "": f in body should be at least 1 chars long'],
  ],
  ['a text that is too long', { type: 'string', maxLength: 2 }, 'abc', ['f: Too long: may not be more than 2 bytes']],
  ['characters, not code units', { type: 'string', maxLength: 1 }, '😀', []],
  [
    'a number below',
    { type: 'integer', minimum: 1 },
    0,
    ['f: Invalid value: 0: f in body should be greater than or equal to 1'],
  ],
  [
    'a number above',
    { type: 'integer', maximum: 1 },
    2,
    ['f: Invalid value: 2: f in body should be less than or equal to 1'],
  ],
  [
    'an exclusive bound',
    { type: 'integer', minimum: 1, exclusiveMinimum: true },
    1,
    ['f: Invalid value: 1: f in body should be greater than 1'],
  ],
  [
    'a number that is no multiple',
    { type: 'number', multipleOf: 0.5 },
    0.7,
    ['f: Invalid value: 0.7: f in body should be a multiple of 0.5'],
  ],
  [
    'too many items',
    { type: 'array', maxItems: 1, items: { type: 'string' } },
    ['a', 'b'],
    ['f: Too many: 2: must have at most 1 item'],
  ],
  [
    'too few items',
    { type: 'array', minItems: 1, items: { type: 'string' } },
    [],
    ['f: Invalid value: 0: f in body should have at least 1 items'],
  ],
  [
    'a faulty item',
    { type: 'array', items: { type: 'string' } },
    ['a', 1],
    ['f[1]: Invalid value: "integer": f[1] in body must be of type string: "integer"'],
  ],
  ['a missing field', { type: 'object', required: ['g'] }, {}, ['f.g: Required value']],
  [
    'a faulty map value',
    { type: 'object', additionalProperties: { type: 'string' } },
    { x: 1 },
    ['f.x: Invalid value: "integer": f.x in body must be of type string: "integer"'],
  ],
  [
    'a wrong format',
    { type: 'string', format: 'date-time' },
    'now',
    ['f: Invalid value: "now": f in body must be of type date-time: "now"'],
  ],
  ['an unknown format', { type: 'string', format: 'anything' }, 'now', []],
  [
    'none of several branches',
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    [
      '<nil>: Invalid value: "": "f" must validate one and only one schema (oneOf). Found none valid',
      'f.a: Required value',
    ],
  ],
  [
    'two of several branches',
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 1, b: 1 },
    ['<nil>: Invalid value: "": "f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    'what a schema excludes',
    { type: 'object', not: { required: ['a'] } },
    { a: 1 },
    ['<nil>: Invalid value: "": "f" must not validate the schema (not)'],
  ],
])('judges %s', (_rule, schema, value, faults) => expect(shown(value, schema)).toEqual(faults))

test('does not refuse again what an update leaves as it is', () => {
  const schema: Schema = { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } }
  expect(shown({ a: 'x', b: 2 }, schema, { a: 'x', b: 1 })).toEqual([])
  expect(shown({ a: 'y', b: 1 }, schema, { a: 'x', b: 1 })).toHaveLength(1)
})

test('follows items of a list map by their key', () => {
  const item: Schema = { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer' } } }
  const list: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }
  const old = [{ name: 'a', size: 'bad' }]
  expect(
    shown(
      [
        { name: 'b', size: 1 },
        { name: 'a', size: 'bad' },
      ],
      list,
      old,
    ),
  ).toEqual([])
})

test.each<[rule: string, schema: Schema, value: unknown, faults: string[]]>([
  [
    'repeated items of a set',
    { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ['a', 'b', 'a', 'a'],
    ['f[2]: Duplicate value: "a"'],
  ],
  [
    'repeated keys of a list map',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: { type: 'object' } },
    [
      { k: 'x', v: 1 },
      { k: 'x', v: 2 },
    ],
    ['f[1]: Duplicate value: {"k":"x"}'],
  ],
  ['repeated items of a plain list', { type: 'array', items: { type: 'string' } }, ['a', 'a'], []],
])('finds %s', (_rule, schema, value, faults) => {
  expect(repeatedItems({ f: value }, at(schema), '').map(({ field, message }) => `${field}: ${message}`)).toEqual(
    faults,
  )
})
