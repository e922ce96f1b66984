import type { KindRef, KubeObject, Selectors } from '../../cluster-access.ts'
import { apiVersionOf } from '../../object-address.ts'
import type { ApiConnection } from './api-connection.ts'
import { collectionPath } from './resource-path.ts'

const PAGE = '500'

interface ListedObjects {
  items: KubeObject[]
  resourceVersion: string
}

/** Every object that matches, page by page. Objects in a list carry no kind of their own: they get it here. */
export async function listRemotely(
  connection: ApiConnection,
  kind: KindRef,
  { namespace, labelSelector, fieldSelector }: Selectors,
): Promise<ListedObjects> {
  const items: KubeObject[] = []
  const apiVersion = apiVersionOf(kind)
  let next: string | undefined
  for (;;) {
    const query = { labelSelector, fieldSelector, limit: PAGE, continue: next }
    const page = await connection.call({ method: 'GET', path: collectionPath(kind, namespace), query })
    const metadata = Object(page.metadata)
    const objects: KubeObject[] = Array.isArray(page.items) ? page.items : []
    items.push(...objects.map((object) => ({ ...object, apiVersion, kind: kind.kind })))
    next = metadata.continue
    if (!next) return { items, resourceVersion: String(metadata.resourceVersion) }
  }
}
