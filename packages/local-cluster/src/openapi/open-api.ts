import type { KindDefinition, OpenApi } from '../kind-definition.ts'
import type { SchemaRegistry } from '../kinds/kind-registry.ts'
import { builtInComponents, kindComponent } from './built-in-components.ts'
import { customComponent, customComponentName } from './custom-component.ts'
import { kindPaths } from './kind-paths.ts'

/** OpenAPI v3 documents, one per group version, rebuilt when the served kinds change. */
export function createOpenApi(kinds: SchemaRegistry): OpenApi {
  const documents = new Map<string, object>()
  let revision = 0
  kinds.onChange(() => {
    revision += 1
    documents.clear()
  })
  return {
    index: () => ({
      paths: Object.fromEntries(
        [...new Set(kinds.all().map(documentPath))].map((path) => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}?hash=${revision}` },
        ]),
      ),
    }),
    document: (path) => {
      const served = kinds.all().filter((kind) => documentPath(kind) === path)
      if (served.length === 0) return undefined
      const known = documents.get(path) ?? documentOf(served, { kinds, path })
      documents.set(path, known)
      return known
    },
  }
}

function documentPath({ group, version }: KindDefinition): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

function documentOf(served: KindDefinition[], { kinds, path }: { kinds: SchemaRegistry; path: string }): object {
  const builtIn = served.filter(({ custom }) => !custom)
  const schemas: Record<string, object> = builtInComponents(builtIn)
  const paths: Record<string, object> = {}
  for (const kind of served) {
    const custom = kinds.customVersion(kind)
    const component = custom === undefined ? kindComponent(kind) : customComponentName(kind)
    if (custom !== undefined) schemas[component] = customComponent(kind, custom.schema)
    Object.assign(paths, kindPaths(kind, path, component))
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes (embedded API server)', version: 'unversioned' },
    paths,
    components: { schemas },
  }
}
