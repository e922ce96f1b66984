import type { ClusterClock } from './cluster-clock.ts'
import { createKindRegistry } from './kinds/kind-registry.ts'
import type { ServedKinds } from './server/api-context.ts'

/** Every kind of this server, with all that is known about them. */
export function servedKinds(_clock: ClusterClock): ServedKinds {
  const registry = createKindRegistry()
  return {
    registry,
    preparer: () => ({ decode: ({ object }) => ({ object, warnings: [] }), validate: () => [] }),
    printer: {
      toTable: ({ objects, metadata }) => ({
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }],
        rows: objects.map((object) => ({
          cells: [object.metadata.name],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
        })),
      }),
    },
    openApi: { index: () => ({ paths: {} }), document: () => undefined },
  }
}
