import { createObjectPreparer } from './admission/object-preparer.ts'
import type { ClusterClock } from './cluster-clock.ts'
import { createKindRegistry } from './kinds/kind-registry.ts'
import { createTablePrinter } from './printing/table-printer.ts'
import type { ServedKinds } from './server/api-context.ts'

/** Every kind of this server, with all that is known about them. */
export function servedKinds(clock: ClusterClock): ServedKinds {
  const kinds = createKindRegistry()
  return {
    registry: kinds,
    preparer: (reader) => createObjectPreparer({ kinds, reader }),
    printer: createTablePrinter({ kinds, now: () => new Date(clock.now()) }),
    openApi: { index: () => ({ paths: {} }), document: () => undefined },
  }
}
