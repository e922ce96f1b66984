import { expect, test, vi } from 'vitest'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { definitionStatus } from './definition-status.ts'
import { createKindRegistry } from './kind-registry.ts'

test('serves the built-in kinds with their short names, categories and subresources', () => {
  const kinds = createKindRegistry()
  expect(kinds.find('apps', 'v1', 'deployments')).toMatchObject({
    kind: 'Deployment',
    singular: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: { status: true, scale: { specReplicasPath: '.spec.replicas' } },
    namespaced: true,
    custom: false,
  })
  expect(kinds.findByKind('', 'v1', 'Node')).toMatchObject({ plural: 'nodes', namespaced: false })
  expect(kinds.find('', 'v1', 'widgets')).toBeUndefined()
})

test('serves what a definition says, tells of it, and stops when the definition is gone', () => {
  const kinds = createKindRegistry()
  const changed = vi.fn()
  const stop = kinds.onChange(changed)
  const scale = { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' }
  kinds.serve(aDefinition({ shortNames: ['bx'], versions: [aVersion('v1', { subresources: { status: {}, scale } })] }))
  expect(kinds.find('example.com', 'v1', 'boxes')).toMatchObject({
    kind: 'Box',
    listKind: 'BoxList',
    shortNames: ['bx'],
    subresources: { status: true, scale },
    custom: true,
    storageVersion: 'v1',
  })
  kinds.withdraw('boxes.example.com')
  expect(kinds.find('example.com', 'v1', 'boxes')).toBeUndefined()
  stop()
  kinds.serve(aDefinition())
  expect(changed).toHaveBeenCalledTimes(2)
})

test('shows stable versions before beta before alpha, and only those that are served', () => {
  const kinds = createKindRegistry()
  const names = ['v1alpha1', 'v2', 'v1beta2', 'v1', 'v1beta10', 'v10']
  const versions = names.map((name) => aVersion(name, { storage: name === 'v1' }))
  kinds.serve(aDefinition({ versions: [...versions, aVersion('v3', { storage: false, served: false })] }))
  const served = kinds.all().filter(({ custom }) => custom)
  expect(served.map(({ version }) => version)).toEqual(['v10', 'v2', 'v1', 'v1beta10', 'v1beta2', 'v1alpha1'])
  expect(served.map(({ storageVersion }) => storageVersion)).toEqual(served.map(() => 'v1'))
})

test('a definition with free names is established and remembers its storage versions', () => {
  const status = definitionStatus(aDefinition(), { kinds: createKindRegistry(), now: '2026-01-01T00:00:00Z' })
  expect(status).toMatchObject({
    conditions: [
      { type: 'NamesAccepted', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'Established', status: 'True' },
    ],
    acceptedNames: { plural: 'boxes' },
    storedVersions: ['v1'],
  })
  const moved = { ...aDefinition({ versions: [aVersion('v2')] }), status }
  const later = definitionStatus(moved, { kinds: createKindRegistry(), now: '2026-02-02T00:00:00Z' })
  expect(later).toMatchObject({
    storedVersions: ['v1', 'v2'],
    conditions: [{ lastTransitionTime: '2026-01-01T00:00:00Z' }, {}],
  })
})

test('a definition whose short name is taken is neither established nor served', () => {
  const kinds = createKindRegistry()
  kinds.serve(aDefinition({ shortNames: ['bx'] }))
  const other = aDefinition({ kind: 'Bag', plural: 'bags', shortNames: ['bx'] })
  const status = definitionStatus(other, { kinds, now: '2026-01-01T00:00:00Z' })
  expect(status.conditions).toMatchObject([
    { type: 'NamesAccepted', status: 'False', reason: 'ShortNamesConflict', message: '"bx" is already in use' },
    { type: 'Established', status: 'False', reason: 'NotAccepted' },
  ])
  kinds.serve({ ...other, status })
  expect(kinds.find('example.com', 'v1', 'bags')).toBeUndefined()
})
