import type { KindRef, ObjectRef } from '../../cluster-access.ts'

/** Path of a collection: of one namespace, or of the whole cluster. */
export function collectionPath({ group, version, plural, namespaced }: KindRef, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${plural}`
}

export function objectPath(kind: KindRef, { name, namespace }: ObjectRef, subresource?: string): string {
  const path = `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}
