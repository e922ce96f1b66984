/** How strategic merge treats a list: as a map by one field, as a set, or (undefined) as one value. */
export type ListStrategy = { mergeKey: string } | 'set'

const BY_NAME = { mergeKey: 'name' }

/** By field name; a name in front of the dot restricts the entry to fields of that parent. */
const LISTS: Record<string, ListStrategy> = {
  containers: BY_NAME,
  initContainers: BY_NAME,
  ephemeralContainers: BY_NAME,
  env: BY_NAME,
  volumes: BY_NAME,
  resourceClaims: BY_NAME,
  schedulingGates: BY_NAME,
  variables: BY_NAME,
  matchConditions: BY_NAME,
  volumeMounts: { mergeKey: 'mountPath' },
  volumeDevices: { mergeKey: 'devicePath' },
  hostAliases: { mergeKey: 'ip' },
  hostIPs: { mergeKey: 'ip' },
  podIPs: { mergeKey: 'ip' },
  topologySpreadConstraints: { mergeKey: 'topologyKey' },
  conditions: { mergeKey: 'type' },
  addresses: { mergeKey: 'type' },
  ownerReferences: { mergeKey: 'uid' },
  finalizers: 'set',
  podCIDRs: 'set',
  'spec.imagePullSecrets': BY_NAME,
  '.secrets': BY_NAME,
  'containers.ports': { mergeKey: 'containerPort' },
  'initContainers.ports': { mergeKey: 'containerPort' },
  'spec.ports': { mergeKey: 'port' },
}

/** Kubernetes' own merge rules for the built-in kinds, from the patch tags of its API types. */
export function listStrategy(parent: string, field: string): ListStrategy | undefined {
  return LISTS[`${parent}.${field}`] ?? LISTS[field]
}
