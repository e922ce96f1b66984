import type { Workspace } from '@kaito/api'
import type { PodTemplate, Toleration } from '@kaito/controller-kit'
import type { Preset } from '@kaito/presets'

/** What a Workspace that can be served asks for. */
export interface Order {
  nodes: NodeOrder
  work: Work
}

/** The nodes a workload needs. */
export interface NodeOrder {
  /** Ordered choices, first is best; all have `gpusPerNode` GPUs. */
  instanceTypes: string[]
  gpusPerNode: number
  count: number
  /** Labels of its own that the nodes must carry. */
  labels: Record<string, string>
  /** Undefined takes the backend's default. */
  diskGiB: number | undefined
  capacityType: Workspace['resource']['capacityType']
  /** Taints that the workload tolerates. */
  tolerations: Toleration[]
  nodeClass: Workspace['resource']['nodeClassRef']
  existingNodes: 'Prefer' | 'Never'
  preferredNodes: string[]
  allOrNothing: boolean
}

/** What runs on the nodes. */
export type Work = PresetWork | TemplateWork | TuningWork

/** How long a model server may take before it is told to be late, and what happens to its nodes then. */
export interface Readiness {
  timeoutMinutes: number
  givesBackNodes: boolean
}

export interface PresetWork {
  kind: 'preset'
  preset: Preset
  image: string
  /** Secrets to pull the image and those of the adapters, each once. */
  pullSecrets: string[]
  adapters: AdapterOrder[]
  /** Adapters come as image volumes instead of being copied. */
  mountsAdapters: boolean
  readiness: Readiness
  /** Reachable from outside the cluster. */
  isExposed: boolean
}

export interface AdapterOrder {
  name: string
  image: string
  /** Decimal number from 0 to 1, as the user wrote it. */
  strength: string
}

export interface TemplateWork {
  kind: 'template'
  /** As the user wrote it, found to hold nothing that a Workspace's author may not have. */
  template: PodTemplate
  readiness: Readiness
  isExposed: boolean
}

export interface TuningWork {
  kind: 'tuning'
  preset: Preset
  image: string
  pullSecrets: string[]
  method: 'lora' | 'qlora'
  /** ConfigMap of the user's with the settings; undefined takes the default of the method. */
  configName: string | undefined
  input: { urls: string[] } | { image: string }
  output: { image: string; pushSecret: string }
  /** Undefined keeps the nodes as long as the Workspace. */
  ttlSecondsAfterFinished: number | undefined
  /** Image of the programs that load the data, and pack and push the result. */
  toolsImage: string
  /** How long a container of the Job may take to start, in milliseconds. */
  startPatienceMs: number
  /** Comma-separated CIDRs inside of networks that the data may come from; empty for none. */
  allowedAddresses: string
  /** Image that the result becomes a layer of; it has `cp`. */
  baseImage: string
  isExposed: boolean
}
