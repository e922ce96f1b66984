import type { KubernetesObject } from '../kubernetes-object.ts'

/**
 * The object without what no controller reads and much of a big cluster's memory is made of: who manages which field,
 * and the images on a Node. Patches and replacements without them leave them as they are on the server.
 */
export function slim<T extends KubernetesObject>(object: T): T {
  const { managedFields, ...metadata } = { managedFields: undefined, ...object.metadata }
  const small = managedFields === undefined ? object : { ...object, metadata }
  if (!('status' in small) || typeof small.status !== 'object' || small.status === null) return small
  if (!('images' in small.status)) return small
  const { images, ...status } = small.status
  return { ...small, status }
}
