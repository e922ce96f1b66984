import type { KindDefinition } from '../kind-definition.ts'

const FIELD_VALIDATION = {
  name: 'fieldValidation',
  in: 'query',
  description: 'What happens to unknown and duplicate fields: Ignore, Warn or Strict.',
  schema: { type: 'string', uniqueItems: true },
}
const DRY_RUN = {
  name: 'dryRun',
  in: 'query',
  description: 'All: nothing is stored.',
  schema: { type: 'string', uniqueItems: true },
}

/** The requests of a kind as OpenAPI paths; `kubectl` finds kinds and their abilities by them. */
export function kindPaths(kind: KindDefinition, root: string, component: string): Record<string, object> {
  const collection = `/${root}/${kind.namespaced ? `namespaces/{namespace}/` : ''}${kind.plural}`
  const paths: Record<string, object> = {
    [collection]: operations(kind, component, { get: 'list', post: 'post', delete: 'deletecollection' }),
    [`${collection}/{name}`]: operations(kind, component, { get: 'get', put: 'put', patch: 'patch', delete: 'delete' }),
  }
  if (kind.namespaced) paths[`/${root}/${kind.plural}`] = operations(kind, component, { get: 'list' })
  if (kind.subresources.status) {
    paths[`${collection}/{name}/status`] = operations(kind, component, { get: 'get', put: 'put', patch: 'patch' })
  }
  return paths
}

function operations({ group, version, kind }: KindDefinition, component: string, actions: Record<string, string>) {
  const schema = { $ref: `#/components/schemas/${component}` }
  const entries = Object.entries(actions).map(([method, action]) => {
    const writes = method === 'post' || method === 'put' || method === 'patch'
    const operation = {
      operationId: `${action}${group.replaceAll('.', '')}${version}${kind}`,
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group, version, kind },
      ...(writes ? { parameters: [DRY_RUN, FIELD_VALIDATION] } : {}),
      responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    }
    return [method, operation]
  })
  return Object.fromEntries(entries)
}
