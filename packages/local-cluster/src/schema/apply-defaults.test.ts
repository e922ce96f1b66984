import { expect, test } from 'vitest'
import { applyDefaults, dropForbiddenNulls } from './apply-defaults.ts'
import type { Schema } from './schema.ts'

const COUNTED: Schema = { type: 'object', properties: { count: { type: 'integer', default: 1 } } }

test.each<[rule: string, schema: Schema, value: unknown, defaulted: unknown]>([
  ['fills in an absent field', COUNTED, {}, { count: 1 }],
  ['keeps what is there', COUNTED, { count: 5 }, { count: 5 }],
  ['replaces a null that is not allowed', COUNTED, { count: null }, { count: 1 }],
  [
    'keeps a null that is allowed',
    { type: 'object', properties: { count: { type: 'integer', default: 1, nullable: true } } },
    { count: null },
    { count: null },
  ],
  ['does not create the object around a default', { type: 'object', properties: { a: COUNTED } }, {}, {}],
  [
    'fills in below a default',
    { type: 'object', properties: { a: { ...COUNTED, default: {} } } },
    {},
    { a: { count: 1 } },
  ],
  ['fills in items', { type: 'array', items: COUNTED }, [{}, { count: 2 }], [{ count: 1 }, { count: 2 }]],
  ['fills in values of maps', { type: 'object', additionalProperties: COUNTED }, { x: {} }, { x: { count: 1 } }],
  [
    'drops a null that neither is allowed nor has a default',
    { type: 'object', properties: { name: { type: 'string' } } },
    { name: null },
    {},
  ],
])('%s', (_rule, schema, value, defaulted) => {
  dropForbiddenNulls(value, schema)
  applyDefaults(value, schema)
  expect(value).toEqual(defaulted)
})

test('gives each object its own copy of a default', () => {
  const schema: Schema = {
    type: 'array',
    items: { type: 'object', properties: { list: { type: 'array', default: [] } } },
  }
  const value: { list?: unknown[] }[] = [{}, {}]
  applyDefaults(value, schema)
  value[0]?.list?.push('x')
  expect(value[1]).toEqual({ list: [] })
})
