interface Address {
  namespace?: string | undefined
  name: string
}

/** `namespace/name`, or the name alone in the cluster's own scope. */
export function keyOf({ namespace, name }: Address): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

export function keyOfObject({ metadata }: { metadata: Address }): string {
  return keyOf(metadata)
}

/** As objects name the group and version of their kind. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`
}

/** The group that an object's `apiVersion` names. */
export function groupOf({ apiVersion }: { apiVersion: string }): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}
