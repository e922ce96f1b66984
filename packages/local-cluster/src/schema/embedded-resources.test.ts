import { expect, test } from 'vitest'
import { embeddedFaults, embeddedResources } from './embedded-resources.ts'
import type { Schema } from './schema.ts'

const RESOURCE: Schema = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
}
const SCHEMA: Schema = {
  type: 'object',
  properties: { list: { type: 'array', items: RESOURCE }, map: { type: 'object', additionalProperties: RESOURCE } },
}

test('finds embedded resources in lists and maps', () => {
  const value = { list: [{ kind: 'A' }], map: { x: { kind: 'B' } } }
  expect(embeddedResources(value, SCHEMA, '').map(({ path }) => path)).toEqual(['list[0]', 'map.x'])
})

test('asks for the kind of each', () => {
  const value = { list: [{ apiVersion: 'v1', kind: 'Pod' }, { kind: 'Pod' }] }
  expect(embeddedFaults(value, SCHEMA).map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'list[1].apiVersion: Required value',
  ])
})
