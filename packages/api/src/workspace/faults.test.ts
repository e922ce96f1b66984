import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const { resource, inference } = aWorkspace()
const tuning = {
  preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' as const },
  method: 'lora' as const,
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
}

test('the Workspaces that other tests are built on have no faults', () => {
  expect(workspaceFaults(aWorkspace())).toEqual([])
  expect(workspaceFaults(aWorkspace({ tuning }))).toEqual([])
})

test.each<[what: string, object: unknown, path: string, message: string]>([
  ['neither purpose', { resource }, 'inference', 'one of inference and tuning is required'],
  [
    'both purposes',
    { resource, inference, tuning },
    'tuning',
    'inference and tuning cannot be set together; create one Workspace for each',
  ],
  ['no resource', { inference }, 'resource', 'Invalid input: expected object, received undefined'],
  ['nothing', undefined, '', 'Invalid input: expected object, received undefined'],
])('refuses %s', (_what, object, path, message) => expect(workspaceFaults(object)).toEqual([{ path, message }]))

test.each(['a', 'phi-3', 'a'.repeat(63)])('takes the name %s', (name) => {
  expect(workspaceFaults(aWorkspace({ metadata: { name } }))).toEqual([])
})

test.each(['3-phi', 'phi.3', 'Phi', 'phi-', '', 'phi\n', 'a'.repeat(64)])('refuses the name %j', (name) => {
  expect(workspaceFaults(aWorkspace({ metadata: { name } }))).toEqual([
    {
      path: 'metadata.name',
      message: `the name "${name}" cannot name a Service: create the Workspace with at most 63 lower-case letters, digits and "-", a letter first`,
    },
  ])
})

test('all faults are told, those of rules too while another field is out of bounds', () => {
  const paths = workspaceFaults({
    metadata: { name: '3' },
    resource: { count: 99, labelSelector: { matchLabels: { 'a b': 'c d' } } },
    inference: { adapters: [{ source: { name: 'A' }, strength: '7' }] },
  }).map(({ path }) => path)
  expect(paths).toEqual([
    'metadata.name',
    'resource.count',
    'resource.labelSelector.matchLabels[a b]',
    'resource.labelSelector.matchLabels',
    'resource.instanceType',
    'inference.adapters[0].source.name',
    'inference.adapters[0].source.image',
    'inference.adapters[0].strength',
    'inference',
  ])
})

test('a field that is null counts as absent, an item does not', () => {
  const withNulls = { ...resource, count: null, capacityType: null, labelSelector: { matchLabels: { a: null } } }
  expect(workspaceFaults({ resource: withNulls, inference, tuning: null })).toEqual([])
  expect(workspaceFaults({ resource: { ...resource, instanceTypes: [null] }, inference })).toEqual([
    { path: 'resource.instanceTypes[0]', message: 'Invalid input: expected string, received null' },
  ])
  expect(workspaceFaults({ resource, inference: { template: null, preset: inference?.preset } })).toEqual([])
})

test('lengths are counted in characters', () => {
  const preferring = (name: string) => workspaceFaults({ resource: { ...resource, preferredNodes: [name] }, inference })
  expect(preferring('😀'.repeat(253))).toEqual([])
  expect(preferring('😀'.repeat(254))).toEqual([
    { path: 'resource.preferredNodes[0]', message: 'may not be longer than 253 characters' },
  ])
})

test('unknown fields and any status are left to others', () => {
  expect(workspaceFaults({ ...aWorkspace(), more: 1, status: { conditions: 'many', workerNodes: 7 } })).toEqual([])
})

test('nothing makes it throw', () => {
  const part = fc.anything({ withNullPrototype: true })
  const workspaces = fc.record({ metadata: part, resource: part, inference: part, tuning: part }, { requiredKeys: [] })
  fc.assert(fc.property(fc.oneof(part, workspaces), (object) => Array.isArray(workspaceFaults(object))))
})
