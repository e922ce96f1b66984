import type { KindRef, KubeObject } from '../cluster-access.ts'
import type { Node } from './node.ts'
import type { Pod } from './pod.ts'
import type { EndpointSlice, Endpoints, Service } from './service.ts'
import type { DaemonSet, Deployment, Job, PodDisruptionBudget, ReplicaSet, StatefulSet } from './workloads.ts'

/** A kind with the type of its objects, which the server's own validation vouches for. */
export interface KindOf<T extends KubeObject> extends KindRef {
  readonly objectType?: T
}

export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: unknown[] }
}

export interface Lease extends KubeObject {
  spec: { holderIdentity?: string; leaseDurationSeconds?: number; renewTime?: string }
}

export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string
    scope: string
    names: { plural: string; kind: string }
    versions: { name: string; served: boolean; storage: boolean }[]
  }
  status?: { conditions?: { type: string; status: string }[] }
}

function kindOf<T extends KubeObject>(apiVersion: string, plural: string, kind: string): KindOf<T> {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  return { group, version, plural, kind, namespaced: true }
}

export const PODS = kindOf<Pod>('v1', 'pods', 'Pod')
export const SERVICES = kindOf<Service>('v1', 'services', 'Service')
export const ENDPOINTS = kindOf<Endpoints>('v1', 'endpoints', 'Endpoints')
export const SERVICE_ACCOUNTS = kindOf('v1', 'serviceaccounts', 'ServiceAccount')
export const CONFIG_MAPS = kindOf('v1', 'configmaps', 'ConfigMap')
export const SECRETS = kindOf('v1', 'secrets', 'Secret')
export const EVENTS = kindOf('v1', 'events', 'Event')
export const ENDPOINT_SLICES = kindOf<EndpointSlice>('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice')
export const DEPLOYMENTS = kindOf<Deployment>('apps/v1', 'deployments', 'Deployment')
export const REPLICA_SETS = kindOf<ReplicaSet>('apps/v1', 'replicasets', 'ReplicaSet')
export const STATEFUL_SETS = kindOf<StatefulSet>('apps/v1', 'statefulsets', 'StatefulSet')
export const DAEMON_SETS = kindOf<DaemonSet>('apps/v1', 'daemonsets', 'DaemonSet')
export const JOBS = kindOf<Job>('batch/v1', 'jobs', 'Job')
export const LEASES = kindOf<Lease>('coordination.k8s.io/v1', 'leases', 'Lease')
export const BUDGETS = kindOf<PodDisruptionBudget>('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget')
export const NODES: KindOf<Node> = { ...kindOf<Node>('v1', 'nodes', 'Node'), namespaced: false }
export const NAMESPACES: KindOf<Namespace> = {
  ...kindOf<Namespace>('v1', 'namespaces', 'Namespace'),
  namespaced: false,
}
export const CUSTOM_RESOURCE_DEFINITIONS: KindOf<CustomResourceDefinition> = {
  ...kindOf('apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition'),
  namespaced: false,
}
