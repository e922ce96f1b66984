import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import * as kinds from '../objects/kinds.ts'
import { controllerUid } from '../objects/owner.ts'
import { WatchedObjects } from '../objects/watched-objects.ts'

/** One store per kind that several controllers read. */
export type ClusterStores = ReturnType<typeof openStores>

/** Values by which every store finds objects: `owner` (UID of the controller) and `namespace`. */
const INDEXES = {
  owner: (object: KubeObject) => [controllerUid(object)],
  namespace: (object: KubeObject) => [object.metadata.namespace],
}

export function openStores(options: { access: ClusterAccess; clock: ClusterClock; signal: AbortSignal }) {
  function open<T extends KubeObject>(kind: kinds.KindOf<T>) {
    return new WatchedObjects<T>({ ...options, kind, indexes: INDEXES })
  }
  return {
    namespaces: open(kinds.NAMESPACES),
    nodes: open(kinds.NODES),
    /** Also by `node`: the name of the Node a pod is bound to. */
    pods: new WatchedObjects({
      ...options,
      kind: kinds.PODS,
      indexes: { ...INDEXES, node: ({ spec }) => [spec.nodeName] },
    }),
    services: open(kinds.SERVICES),
    serviceAccounts: open(kinds.SERVICE_ACCOUNTS),
    endpoints: open(kinds.ENDPOINTS),
    endpointSlices: open(kinds.ENDPOINT_SLICES),
    deployments: open(kinds.DEPLOYMENTS),
    replicaSets: open(kinds.REPLICA_SETS),
    statefulSets: open(kinds.STATEFUL_SETS),
    daemonSets: open(kinds.DAEMON_SETS),
    jobs: open(kinds.JOBS),
    budgets: open(kinds.BUDGETS),
    leases: open(kinds.LEASES),
    customResourceDefinitions: open(kinds.CUSTOM_RESOURCE_DEFINITIONS),
  }
}
