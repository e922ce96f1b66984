import { expect, test } from 'vitest'
import { allDefaultFaults, keywordFaults } from './keyword-faults.ts'
import type { Schema } from './schema.ts'
import { structuralFaults } from './structural-faults.ts'

const at = (schema: Schema): Schema => ({ type: 'object', properties: { f: schema } })

function faults(schema: Schema): string[] {
  return [...keywordFaults(schema, 's'), ...structuralFaults(schema, 's'), ...allDefaultFaults(schema, 's')].map(
    ({ field, message }) => `${field}: ${message}`,
  )
}

test.each<[rule: string, schema: Schema, faults: string[]]>([
  ['a root without a type', {}, ['s.type: Required value: must not be empty at the root']],
  ['a root that is no object', { type: 'string' }, ['s.type: Invalid value: "string": must be object at the root']],
  [
    'additional properties at the root',
    { type: 'object', additionalProperties: { type: 'string' } },
    ['s.additionalProperties: Forbidden: must not be used at the root'],
  ],
  [
    'a nullable root',
    { type: 'object', nullable: true },
    ['s.nullable: Forbidden: nullable cannot be true at the root'],
  ],
  [
    'a field without a type',
    at({}),
    ['s.properties[f].type: Required value: must not be empty for specified object fields'],
  ],
  [
    'items without a type',
    at({ type: 'array', items: {} }),
    ['s.properties[f].items.type: Required value: must not be empty for specified array items'],
  ],
  ['a list without items', at({ type: 'array' }), ['s.properties[f].items: Required value: must be specified']],
  [
    'a type that does not exist',
    at({ type: 'text' }),
    [
      's.properties[f].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ],
  [
    'properties beside additional ones',
    at({ type: 'object', properties: {}, additionalProperties: { type: 'string' } }),
    ['s.properties[f].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'unique items',
    at({ type: 'array', uniqueItems: true, items: { type: 'string' } }),
    [
      's.properties[f].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  ],
  [
    'a pattern that does not compile',
    at({ type: 'string', pattern: '(?=a)' }),
    [
      expect.stringMatching(
        /^s\.properties\[f\]\.pattern: Invalid value: "\(\?=a\)": must be a valid regular expression, but isn't: /,
      ),
    ],
  ],
  [
    'a type inside of a branch',
    at({ type: 'object', oneOf: [{ type: 'object' }] }),
    ['s.properties[f].oneOf[0].type: Forbidden: must be empty to be structural'],
  ],
  [
    'a field that only a branch names',
    { type: 'object', anyOf: [{ properties: { x: { minLength: 1 } } }] },
    ['s.properties[x]: Required value: because it is defined in s.anyOf[0].properties[x]'],
  ],
  [
    'more of metadata than names',
    { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
    [
      's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ],
  [
    'a list type on something else',
    at({ type: 'object', 'x-kubernetes-list-type': 'set' }),
    ['s.properties[f].type: Invalid value: "object": must be array if x-kubernetes-list-type is specified'],
  ],
  [
    'a list map without keys',
    at({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }),
    ['s.properties[f].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  ],
  [
    'a list map whose key may be missing',
    at({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string' } } },
    }),
    [
      's.properties[f].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  ],
  [
    'a default of the wrong type',
    at({ type: 'integer', default: 'x' }),
    ['s.properties[f].default: Invalid value: "string":  in body must be of type integer: "string"'],
  ],
])('refuses %s', (_rule, schema, expected) => expect(faults(schema)).toEqual(expected))

test.each<[rule: string, schema: Schema]>([
  [
    'int-or-string with its usual branches',
    at({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^a$' }),
  ],
  ['unknown content', at({ 'x-kubernetes-preserve-unknown-fields': true })],
  [
    'branches that only constrain',
    at({
      type: 'object',
      properties: { x: { type: 'string' } },
      oneOf: [{ required: ['x'] }, { properties: { x: { maxLength: 3 } } }],
    }),
  ],
  [
    'names in metadata',
    {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
    },
  ],
  [
    'a list map with a defaulted key',
    at({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string', default: 'x' } } },
    }),
  ],
])('accepts %s', (_rule, schema) => expect(faults(schema)).toEqual([]))
