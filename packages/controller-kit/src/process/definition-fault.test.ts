import { expect, test } from 'vitest'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { aDefinition } from '../testing/definition.ts'
import { type Definition, definitionFault } from './definition-fault.ts'

const WIDGETS: Resource<KubernetesObject> = {
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
}
const fields = ['spec.size', 'status.slots.name']
const kind = { resource: WIDGETS, fields, comesWith: 'the chart widgets' }

const size = { properties: { size: {} } }
const slots = { properties: { slots: { items: { properties: { name: {} } } } } }
const withSchema = (properties: Record<string, object>) =>
  aDefinition(WIDGETS, { schema: { openAPIV3Schema: { properties } } })
const keepsUnknown = { 'x-kubernetes-preserve-unknown-fields': true }

test.each<[does: string, definition: Definition | undefined, fault: string | undefined]>([
  ['takes a schema with all that is needed', withSchema({ spec: size, status: slots }), undefined],
  ['takes a map for any field', withSchema({ spec: { additionalProperties: {} }, status: slots }), undefined],
  ['takes a part that keeps unknown fields', withSchema({ spec: keepsUnknown, status: slots }), undefined],
  [
    'takes an object that keeps unknown fields',
    aDefinition(WIDGETS, { schema: { openAPIV3Schema: keepsUnknown } }),
    undefined,
  ],
  [
    'takes a definition from before schemas',
    { ...aDefinition(WIDGETS), spec: { ...aDefinition(WIDGETS).spec, preserveUnknownFields: true } },
    undefined,
  ],
  ['misses one that is not there', undefined, 'is not installed'],
  ['misses a version', aDefinition(WIDGETS, { name: 'v2' }), 'does not serve v1'],
  ['misses a version that is not served', aDefinition(WIDGETS, { served: false }), 'does not serve v1'],
  ['misses the status subresource', aDefinition(WIDGETS, { subresources: {} }), 'has no status subresource'],
  [
    'names every field that would be dropped',
    withSchema({ spec: { properties: {} }, status: { properties: { slots: { items: { properties: {} } } } } }),
    'would drop spec.size, status.slots.name',
  ],
  ['names a part that is missing as a whole', withSchema({ spec: size, status: {} }), 'would drop status.slots'],
  ['misses all without a schema', aDefinition(WIDGETS, { schema: {} }), 'would drop spec, status'],
  [
    'knows that what is described inside a part that keeps the unknown is pruned again',
    withSchema({ spec: { ...keepsUnknown, ...size }, status: { ...keepsUnknown, properties: { slots: {} } } }),
    'would drop status.slots.name',
  ],
  [
    'waits until it is established',
    { ...withSchema({ spec: size, status: slots }), status: { conditions: [] } },
    'is not established yet',
  ],
])('%s', (_does, definition, fault) => expect(definitionFault(definition, kind)?.fault).toBe(fault))
