export type { ClusterAccess, KindRef, KubeObject, ObjectRef, Selectors, WatchEvent } from './cluster-access.ts'
export { type LocalCluster, type LocalClusterOptions, startLocalCluster } from './local-cluster.ts'
