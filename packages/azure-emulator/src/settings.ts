import { z } from 'zod'

const seconds = z.number().min(0)

/** Machines of one size that Azure still has; several rows may apply, each must have room. */
const capacitySchema = z.strictObject({
  vmSize: z.string(),
  zone: z.string().optional(),
  priority: z.enum(['Regular', 'Spot']).optional(),
  /** Machines that can run at once. */
  available: z.int().min(0),
  /** Error code of the failed create; without it the one that fits the request's zones. */
  code: z.string().optional(),
})

const quotaSchema = z.strictObject({
  /** vCPUs the subscription may use. */
  limit: z.int().min(0),
  /** vCPUs other clusters of the subscription use. */
  used: z.int().min(0).default(0),
  /** `async`: the PUT is accepted and its operation fails. */
  refuse: z.enum(['sync', 'async']).default('sync'),
})

/** What the emulated subscription, region and cluster are like. All of it may be changed while the emulator runs. */
export const settingsSchema = z.strictObject({
  subscriptionId: z.guid().default('00000000-0000-0000-0000-000000000001'),
  resourceGroup: z.string().min(1).max(90).default('kaito'),
  cluster: z
    .string()
    .regex(/^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/)
    .default('kaito'),
  location: z
    .string()
    .regex(/^[a-z0-9]+$/)
    .default('eastus'),
  tenantId: z.guid().default('00000000-0000-0000-0000-000000000002'),
  /** Application the token endpoint knows. */
  clientId: z.guid().default('00000000-0000-0000-0000-000000000003'),
  /** Only assertions of this subject and issuer are exchanged; absent accepts any. */
  federatedSubject: z.string().optional(),
  federatedIssuer: z.string().optional(),
  kubernetesVersion: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .default('1.34.2'),
  /** From an accepted create to its end. */
  createSeconds: seconds.default(90),
  /** A node joins so long before the create ends (AKS waits for it); a negative value lets it join afterwards. */
  nodeJoinSeconds: z.number().default(20),
  updateSeconds: seconds.default(20),
  deleteSeconds: seconds.default(30),
  /** From an accepted create to its failure for want of capacity or quota. */
  failSeconds: seconds.default(45),
  tokenLifetimeSeconds: seconds.default(3600),
  /** Reads of pools show the state of so many seconds ago, as a lagging replica does. */
  readLagSeconds: seconds.default(0),
  /** Request limits of ARM and AKS. */
  throttling: z.boolean().default(false),
  /** False: one pool operation at a time in the whole cluster. */
  parallelPoolOperations: z.boolean().default(true),
  maxAgentPools: z.int().min(1).default(100),
  pageSize: z.int().min(1).default(100),
  /** False: sizes that Azure has retired are refused. */
  offersRetiredSizes: z.boolean().default(true),
  /** Sizes the subscription cannot use in this region. */
  restrictedSizes: z.array(z.string()).default([]),
  zones: z.array(z.string()).default(['1', '2', '3']),
  /** By quota name: a family, `cores` (regional) or `lowPriorityCores` (spot). What is missing has no limit worth naming. */
  quotas: z.record(z.string(), quotaSchema).default({}),
  capacities: z.array(capacitySchema).default([]),
  /** Role actions the caller lacks, e.g. `Microsoft.ContainerService/managedClusters/agentPools/write`; `*` at the end matches the rest. */
  deniedActions: z.array(z.string()).default([]),
  /** The actions of the caller's role, in the same form; everything by default. */
  allowedActions: z.array(z.string()).default(['*']),
  /** Bearer tokens accepted beside those of the token endpoint. */
  staticTokens: z.array(z.string()).default([]),
})

export type Settings = z.infer<typeof settingsSchema>
/** What an emulator starts with where it is told nothing. */
export const defaultSettings = (): Settings => settingsSchema.parse({})

export type SettingsInput = z.input<typeof settingsSchema>
export type Capacity = z.infer<typeof capacitySchema>
