import type { KindDefinition } from '../kind-definition.ts'

/** How the real server's kinds differ in their verbs, by its strategies for each. */
interface Traits {
  /** Counts changes of the wanted state in `metadata.generation`. */
  generation?: true
  /** Refuses a `PUT` without a resourceVersion. */
  conditional?: true
  /** A `PUT` creates what does not exist. */
  createdByUpdate?: true
  /** A deletion answers the object, not a Status. */
  returnedWhenDeleted?: true
}

const VERSIONED: Traits = { generation: true }
const STRICT: Traits = { generation: true, conditional: true }
const UPSERTED: Traits = { createdByUpdate: true }
const RETURNED: Traits = { returnedWhenDeleted: true }

const BUILT_IN: Record<string, Traits> = {
  '/endpoints': UPSERTED,
  '/events': UPSERTED,
  '/namespaces': RETURNED,
  '/persistentvolumeclaims': RETURNED,
  '/persistentvolumes': RETURNED,
  '/pods': { ...VERSIONED, ...RETURNED },
  '/serviceaccounts': RETURNED,
  '/services': { ...UPSERTED, ...RETURNED },
  'admissionregistration.k8s.io/validatingadmissionpolicies': STRICT,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': STRICT,
  'apiextensions.k8s.io/customresourcedefinitions': STRICT,
  'apps/daemonsets': VERSIONED,
  'apps/deployments': VERSIONED,
  'apps/replicasets': VERSIONED,
  'apps/statefulsets': VERSIONED,
  'batch/jobs': VERSIONED,
  'coordination.k8s.io/leases': { ...UPSERTED, conditional: true },
  'discovery.k8s.io/endpointslices': VERSIONED,
  'policy/poddisruptionbudgets': STRICT,
  'rbac.authorization.k8s.io/clusterrolebindings': UPSERTED,
  'rbac.authorization.k8s.io/clusterroles': UPSERTED,
  'rbac.authorization.k8s.io/rolebindings': UPSERTED,
  'rbac.authorization.k8s.io/roles': UPSERTED,
  'scheduling.k8s.io/priorityclasses': VERSIONED,
  'storage.k8s.io/csinodes': { ...RETURNED, conditional: true },
  'storage.k8s.io/storageclasses': RETURNED,
  'storage.k8s.io/volumeattachments': { ...RETURNED, conditional: true },
}

export function traitsOf({ custom, group, plural }: KindDefinition): Traits {
  return custom ? STRICT : (BUILT_IN[`${group}/${plural}`] ?? {})
}
