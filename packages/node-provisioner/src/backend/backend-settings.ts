import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL } from '@kaito/api'
import { z } from 'zod'

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const KIND = /^[A-Z][A-Za-z0-9]*$/

const key = z.string().max(317).regex(LABEL_KEY, 'must be the key of a label')
const value = z.string().max(63).regex(LABEL_VALUE, 'must be the value of a label')
const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
const name = z.string().max(253).regex(NAME, 'must be the name of an object')
const group = z.string().max(253).regex(NAME, 'must be an API group')
const kind = z.string().max(63).regex(KIND, 'must be the name of a kind')

/** What differs between the backends that serve claims. Field names are those of the chart's values. */
export const backendSettingsSchema = z.strictObject({
  /** What serves the claims, in the words of messages. */
  name: z.string().min(1).max(63),
  /** Kind of the classes that a Workspace may name; undefined where the backend has none. */
  nodeClass: z
    .strictObject({ group, kind, version: z.string().regex(/^v[0-9]+((alpha|beta)[0-9]+)?$/), plural: name })
    .optional(),
  /**
   * Class of a claim whose Workspace names none. A `NodeClaim` must name one, and its group and kind say who serves it;
   * a `Machine` then names none.
   */
  defaultNodeClass: z.strictObject({ group, kind, name }).optional(),
  /** Further labels of each NodeClaim, and so of its Node. */
  claimLabels: z.record(key, value).default({}),
  /** Labels of a Node that tell its size, and whether it was bought on demand or as spot. */
  instanceTypeLabel: key.default(INSTANCE_TYPE_LABEL),
  capacityTypeLabel: key.default(CAPACITY_TYPE_LABEL),
  /** Further requirements of each NodeClaim or NodePool. */
  requirements: z
    .array(
      z.strictObject({
        key,
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
        values: z.array(value).optional(),
      }),
    )
    .default([]),
  /** Under which name a claim requests disk; `none` leaves the size to the class. */
  diskRequest: z.enum(['storage', 'ephemeral-storage', 'none']),
  /** Taints of each Node; the workload tolerates `sku=gpu` and `nvidia.com/gpu`, all others need a toleration below. */
  taints: z
    .array(z.strictObject({ key, value: value.optional(), effect }))
    .default([{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]),
  /** What the workload tolerates beside that. */
  tolerations: z
    .array(
      z.strictObject({
        key: key.optional(),
        operator: z.enum(['Exists', 'Equal']).default('Equal'),
        value: value.optional(),
        effect: effect.optional(),
      }),
    )
    .default([]),
  /** How long a NodeClaim may live. */
  expireAfter: z
    .string()
    .regex(/^(([0-9]+(s|m|h))+|Never)$/, 'must be a duration such as 720h, or Never')
    .default('Never'),
  /** Asks the backend to leave nodes that work alone: no consolidation, no replacement for drift. */
  doNotDisrupt: z.boolean().default(true),
  /** Tries the sizes of one claim in the order written. Others get one size per claim, the next with the next attempt. */
  orderedChoices: z.boolean(),
})

export type BackendSettings = z.infer<typeof backendSettingsSchema>
