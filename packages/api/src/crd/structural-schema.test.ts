import { expect, test } from 'vitest'
import { z } from 'zod'
import { structuralSchema } from './structural-schema.ts'

test.each<[rule: string, schema: z.ZodType, wanted: object]>([
  [
    'keeps bounds a person wrote',
    z.int32().min(1).max(16),
    { type: 'integer', format: 'int32', minimum: 1, maximum: 16 },
  ],
  ['says the size of an integer by its format', z.int(), { type: 'integer', format: 'int64' }],
  [
    'gives unions of integer and string no type',
    z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true }),
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'allows values of a map and drops what only closes an object',
    z.object({ labels: z.record(z.string(), z.string()) }),
    {
      type: 'object',
      properties: { labels: { type: 'object', additionalProperties: { type: 'string' } } },
      required: ['labels'],
    },
  ],
  [
    'does not require what has a default',
    z.object({ a: z.string().default('x') }),
    {
      type: 'object',
      properties: { a: { type: 'string', default: 'x' } },
    },
  ],
])('%s', (_rule, schema, wanted) => expect(structuralSchema(schema)).toEqual(wanted))

test('refuses a schema that Kubernetes cannot store', () => {
  expect(() => structuralSchema(z.object({ a: z.union([z.string(), z.boolean()]) }))).toThrow(/"\.a" has no type/)
})
