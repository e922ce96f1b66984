import { z } from 'zod'

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  severity: z.string().optional(),
  lastTransitionTime: z.string().default(''),
  observedGeneration: z.number().optional(),
})
const taintSchema = z.looseObject({ key: z.string(), value: z.string().default(''), effect: z.string() })
const amountsSchema = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({})

const seenSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string().default(''),
    generation: z.number().default(0),
    resourceVersion: z.string().default(''),
    creationTimestamp: z.string().default(''),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
    ownerReferences: z
      .array(
        z.looseObject({
          apiVersion: z.string(),
          kind: z.string(),
          name: z.string(),
          uid: z.string(),
          blockOwnerDeletion: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
  spec: z
    .looseObject({
      taints: z.array(taintSchema).default([]),
      startupTaints: z.array(taintSchema).default([]),
      unschedulable: z.boolean().default(false),
      providerID: z.string().default(''),
      terminationGracePeriod: z.string().optional(),
      expireAfter: z.string().optional(),
      nodeClassRef: z.looseObject({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
      resources: z.looseObject({ requests: amountsSchema }).optional(),
    })
    .prefault({}),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      nodeName: z.string().default(''),
      providerID: z.string().default(''),
      capacity: amountsSchema,
      allocatable: amountsSchema,
      lastPodEventTime: z.string().default(''),
    })
    .prefault({}),
})

/** A claim, Node, Pod or NodePool, as far as items look at it; what is left out reads as empty. */
export type SeenObject = z.infer<typeof seenSchema>
export type Condition = z.infer<typeof conditionSchema>
export type Taint = z.infer<typeof taintSchema>

export const readObject = (object: unknown): SeenObject => seenSchema.parse(object)

export function conditionOf({ status }: SeenObject, type: string): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type)
}

export function isTrue(object: SeenObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True'
}

export function hasTaint({ spec }: SeenObject, { key, effect }: Pick<Taint, 'key' | 'effect'>): boolean {
  return spec.taints.some((taint) => taint.key === key && taint.effect === effect)
}

/** As messages show it, such as `Launched=Unknown/LaunchFailed`. */
export function shown(condition: Condition | undefined): string {
  if (!condition) return 'no such condition'
  return `${condition.type}=${condition.status}${condition.reason && `/${condition.reason}`}`
}
