import { expect, test } from 'vitest'
import { objectAt, valueAt } from '../json.ts'
import { createKindRegistry } from '../kinds/kind-registry.ts'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { createOpenApi } from './open-api.ts'

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => {
    return name === '$ref' && typeof part === 'string' ? [part] : references(part)
  })
}

test('every document that the index names is served and complete', () => {
  const openApi = createOpenApi(createKindRegistry())
  const paths = Object.keys(objectAt(openApi.index(), 'paths') ?? {})
  expect(paths).toContain('apis/apps/v1')
  for (const path of paths) {
    const document = openApi.document(path)
    const schemas = objectAt(document, 'components', 'schemas') ?? {}
    const missing = references(document).filter(
      (ref) => schemas[ref.replace('#/components/schemas/', '')] === undefined,
    )
    expect({ path, missing }).toEqual({ path, missing: [] })
  }
})

test('writes say that they check field names', () => {
  const document = createOpenApi(createKindRegistry()).document('apis/apps/v1')
  const operation = objectAt(document, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch')
  expect(operation).toMatchObject({
    'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    parameters: expect.arrayContaining([expect.objectContaining({ name: 'fieldValidation', in: 'query' })]),
  })
})

test('a custom kind brings its field docs, and its document goes with it', () => {
  const kinds = createKindRegistry()
  const openApi = createOpenApi(kinds)
  expect(openApi.document('apis/example.com/v1')).toBeUndefined()
  const schema = { type: 'object', properties: { spec: { type: 'object', description: 'What is wanted.' } } }
  kinds.serve(aDefinition({ versions: [aVersion('v1', { schema })] }))
  const before = openApi.index()
  const box = objectAt(openApi.document('apis/example.com/v1'), 'components', 'schemas', 'com.example.v1.Box')
  expect(box).toMatchObject({
    properties: { spec: { description: 'What is wanted.' }, kind: { type: 'string' } },
    'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Box' }],
  })
  kinds.withdraw('boxes.example.com')
  expect(openApi.document('apis/example.com/v1')).toBeUndefined()
  expect(valueAt(openApi.index(), 'paths', 'api/v1')).not.toEqual(valueAt(before, 'paths', 'api/v1'))
})
