import { z } from 'zod'
import { DURATION_PATTERN } from './duration.ts'
import { fixed, ruled } from './kubernetes-schema.ts'
import type { ObjectMeta } from './object-meta.ts'
import { quantitySchema } from './quantity.ts'

const QUALIFIED_NAME =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

const quantitiesSchema = z.record(z.string(), quantitySchema)

const taintSchema = z.object({
  key: z.string().min(1).regex(QUALIFIED_NAME),
  value: z.string().regex(LABEL_VALUE).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  timeAdded: z.string().meta({ format: 'date-time' }).optional(),
})

/** Karpenter's scheduler writes up to 600 sizes (`MaxInstanceTypes` in its nodeclaimtemplate.go) and sets no bound itself. */
const MAX_VALUES = 1000

const requirementSchema = z.object({
  key: ruled(
    z.string().max(316).regex(QUALIFIED_NAME),
    {
      rule: "self in ['karpenter.sh/capacity-type', 'karpenter.sh/nodepool'] || !self.find('^([^/]+)').endsWith('karpenter.sh')",
      message: 'label domain "karpenter.sh" is restricted',
    },
    { rule: "self != 'kubernetes.io/hostname'", message: 'label "kubernetes.io/hostname" is restricted' },
  ),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Gte', 'Lte']),
  values: z.array(z.string().max(63)).max(MAX_VALUES).optional(),
  minValues: z.int().min(1).max(50).optional(),
})

const notEmpty = (field: string) => ({ rule: "self != ''", message: `${field} may not be empty` })

const specSchema = ruled(
  z.object({
    requirements: ruled(
      z.array(requirementSchema).max(100),
      {
        rule: "self.all(x, x.operator == 'In' ? has(x.values) && x.values.size() != 0 : true)",
        message: "requirements with operator 'In' must have a value defined",
      },
      {
        rule: "self.all(x, x.operator in ['Gt', 'Lt', 'Gte', 'Lte'] ? has(x.values) && x.values.size() == 1 && x.values[0].matches('^[0-9]+$') : true)",
        message: "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value",
      },
      {
        rule: "self.all(x, x.operator == 'In' && has(x.minValues) ? x.values.size() >= x.minValues : true)",
        message: "requirements with 'minValues' must have at least that many values specified in the 'values' field",
      },
    ).describe('What the node must be, as label requirements; instance types are ordered choices, first is best.'),
    nodeClassRef: z
      .object({
        group: ruled(z.string().regex(/^[^/]*$/), notEmpty('group')),
        kind: ruled(z.string(), notEmpty('kind')),
        name: ruled(z.string(), notEmpty('name')),
      })
      .describe('Settings object of the backend; its group and kind also say which backend serves the claim.'),
    taints: z.array(taintSchema).describe('Taints the node has from its first moment and keeps.').optional(),
    startupTaints: z
      .array(taintSchema)
      .describe('Taints put on at registration that somebody else removes; the node is not initialized before.')
      .optional(),
    resources: z
      .object({ requests: quantitiesSchema.optional() })
      .describe('What the node must offer; it counts as initialized once all of it is allocatable.')
      .optional(),
    terminationGracePeriod: z
      .string()
      .regex(new RegExp(DURATION_PATTERN))
      .describe('How long the drain may take before pods are deleted.')
      .optional(),
    expireAfter: z
      .string()
      .regex(/^(([0-9]+(s|m|h))+|Never)$/)
      .default('720h')
      .describe('How long the node may live before it is replaced.'),
  }),
  fixed('spec is immutable'),
).describe('The wanted node.')

const statusSchema = z
  .object({
    nodeName: z.string().describe('Node of this claim.').optional(),
    providerID: z.string().describe("The cloud's identity of the node.").optional(),
    imageID: z.string().describe('Image the node runs.').optional(),
    capacity: quantitiesSchema.optional(),
    allocatable: quantitiesSchema.optional(),
    lastPodEventTime: z.string().meta({ format: 'date-time' }).optional(),
    conditions: z
      .array(
        z.object({
          type: z.string().max(316),
          status: z.enum(['True', 'False', 'Unknown']),
          observedGeneration: z.int().min(0).optional(),
          lastTransitionTime: z.string().meta({ format: 'date-time' }),
          reason: z.string().max(1024).optional(),
          message: z.string().max(32768).optional(),
        }),
      )
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .optional(),
  })
  .describe('The observed node.')

/**
 * `NodeClaim` of `karpenter.sh/v1`, the claim of Karpenter core 1.x: same fields, same validation (its CRD
 * `karpenter.sh_nodeclaims.yaml`).
 */
export const nodeClaimSchema = z.object({ spec: specSchema, status: statusSchema.optional() })

/** As stored: what a client left out and the server fills in may be absent in an object that was never stored. */
export type NodeClaimSpec = Omit<z.infer<typeof specSchema>, 'expireAfter'> & { expireAfter?: string | undefined }
export type NodeClaimStatus = z.infer<typeof statusSchema>

export interface NodeClaim {
  apiVersion: 'karpenter.sh/v1'
  kind: 'NodeClaim'
  metadata: ObjectMeta
  spec: NodeClaimSpec
  status?: NodeClaimStatus
}

export const NODE_CLAIM_CONDITIONS = {
  launched: 'Launched',
  registered: 'Registered',
  initialized: 'Initialized',
  ready: 'Ready',
  drained: 'Drained',
  volumesDetached: 'VolumesDetached',
  instanceTerminating: 'InstanceTerminating',
  consistentStateFound: 'ConsistentStateFound',
} as const
