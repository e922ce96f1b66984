import { createObjectPreparer } from './admission/object-preparer.ts'
import type { ClusterClock } from './cluster-clock.ts'
import { createKindRegistry } from './kinds/kind-registry.ts'
import { createOpenApi } from './openapi/open-api.ts'
import { createTablePrinter } from './printing/table-printer.ts'
import type { ServedKinds } from './server/api-context.ts'

/** Every kind of this server, with all that is known about them. */
export function servedKinds(clock: ClusterClock): ServedKinds {
  const registry = createKindRegistry()
  return {
    registry,
    preparer: (reader) => createObjectPreparer({ kinds: registry, reader }),
    printer: createTablePrinter({ kinds: registry, now: () => clock.now() }),
    openApi: createOpenApi(registry),
  }
}
