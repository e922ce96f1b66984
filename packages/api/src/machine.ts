import { z } from 'zod'
import type { ObjectMeta } from './object-meta.ts'
import { quantitySchema } from './quantity.ts'

const quantitiesSchema = z.record(z.string(), quantitySchema)
const taintSchema = z.object({
  key: z.string(),
  value: z.string().optional(),
  effect: z.string(),
  timeAdded: z.string().meta({ format: 'date-time' }).optional(),
})
const percentSchema = z.int32().min(0).max(100)

const kubeletSchema = z
  .object({
    clusterDNS: z.array(z.string()).optional(),
    containerRuntime: z.string().optional(),
    maxPods: z.int32().min(0).optional(),
    podsPerCore: z.int32().min(0).optional(),
    systemReserved: quantitiesSchema.optional(),
    kubeReserved: quantitiesSchema.optional(),
    evictionHard: z.record(z.string(), z.string()).optional(),
    evictionSoft: z.record(z.string(), z.string()).optional(),
    evictionSoftGracePeriod: z.record(z.string(), z.string()).optional(),
    evictionMaxPodGracePeriod: z.int32().optional(),
    imageGCHighThresholdPercent: percentSchema.optional(),
    imageGCLowThresholdPercent: percentSchema.optional(),
    cpuCFSQuota: z.boolean().optional(),
  })
  .describe('Kubelet settings for the node, as far as the backend supports them.')

const specSchema = z
  .object({
    taints: z.array(taintSchema).describe('Taints the node has from its first moment and keeps.').optional(),
    startupTaints: z
      .array(taintSchema)
      .describe('Taints put on at registration that somebody else removes; the node is not initialized before.')
      .optional(),
    requirements: z
      .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
      .describe('What the node must be, as label requirements; instance types are ordered choices, first is best.')
      .optional(),
    resources: z
      .object({ requests: quantitiesSchema.optional() })
      .describe('What the node must offer; it counts as initialized once all of it is allocatable.')
      .optional(),
    machineTemplateRef: z
      .object({ name: z.string(), kind: z.string().optional(), apiVersion: z.string().optional() })
      .describe('Settings object of the backend.')
      .optional(),
    kubelet: kubeletSchema.optional(),
  })
  .describe('The wanted node.')

const statusSchema = z
  .object({
    nodeName: z.string().describe('Node of this machine.').optional(),
    providerID: z.string().describe("The cloud's identity of the node.").optional(),
    capacity: quantitiesSchema.optional(),
    allocatable: quantitiesSchema.optional(),
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          severity: z.string().optional(),
          lastTransitionTime: z.string().optional(),
          reason: z.string().optional(),
          message: z.string().optional(),
        }),
      )
      .optional(),
  })
  .describe('The observed node.')

/**
 * `Machine` of `karpenter.sh/v1alpha5`, the claim of Karpenter core 0.29 to 0.31: same fields, same validation, nothing
 * required (its CRD `karpenter.sh_machines.yaml`).
 */
export const machineSchema = z.object({ spec: specSchema.optional(), status: statusSchema.optional() })

export type MachineSpec = z.infer<typeof specSchema>
export type MachineStatus = z.infer<typeof statusSchema>

export interface Machine {
  apiVersion: 'karpenter.sh/v1alpha5'
  kind: 'Machine'
  metadata: ObjectMeta
  spec?: MachineSpec
  status?: MachineStatus
}

export const MACHINE_CONDITIONS = {
  launched: 'MachineLaunched',
  registered: 'MachineRegistered',
  initialized: 'MachineInitialized',
  ready: 'Ready',
} as const
