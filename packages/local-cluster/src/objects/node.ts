import type { KubeObject } from '../cluster-access.ts'
import type { Condition } from './condition.ts'

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}

export interface NodeStatus {
  conditions?: Condition[]
  addresses?: { type: string; address: string }[]
  capacity?: Record<string, string>
  allocatable?: Record<string, string>
  nodeInfo?: Record<string, string>
  daemonEndpoints?: { kubeletEndpoint: { Port: number } }
  images?: unknown[]
}

export interface Node extends KubeObject {
  spec?: { taints?: Taint[]; unschedulable?: boolean; podCIDR?: string; podCIDRs?: string[]; providerID?: string }
  status?: NodeStatus
}

export function conditionOf(node: Node, type: string): Condition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type)
}
