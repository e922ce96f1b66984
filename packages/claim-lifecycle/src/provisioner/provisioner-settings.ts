import { PROCESS_VARIABLES, processSettings } from '@kaito/controller-kit'
import { z } from 'zod'
import { DEFAULT_SETTINGS } from '../settings.ts'

const minutes = (fallbackMs: number) =>
  z.coerce
    .number()
    .positive()
    .transform((value) => value * 60_000)
    .default(fallbackMs)
const limit = z.coerce.number().int().min(0).optional()

const LIFECYCLE_VARIABLES = {
  ...PROCESS_VARIABLES,
  /** Where this process runs; unset outside of a Pod, and then nothing is told at its Pod. */
  POD_NAMESPACE: z.string().optional(),
  POD_UID: z.string().optional(),
  MAX_NODES: limit,
  MAX_NODES_PER_NAMESPACE: limit,
  MAX_GPUS: limit,
  LAUNCH_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.launchDeadlineMs),
  REGISTRATION_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.registrationDeadlineMs),
  INITIALIZATION_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.initializationDeadlineMs),
  DRAIN_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.drainDeadlineMs),
  UNREACHABLE_DRAIN_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.unreachableDrainDeadlineMs),
  TERMINATION_DEADLINE_MINUTES: minutes(DEFAULT_SETTINGS.terminationDeadlineMs),
  GARBAGE_COLLECTION_PERIOD_MINUTES: minutes(DEFAULT_SETTINGS.garbageCollection.periodMs),
  GARBAGE_COLLECTION_GRACE_MINUTES: minutes(DEFAULT_SETTINGS.garbageCollection.graceMs),
  GARBAGE_COLLECTION_SETTLE_MINUTES: minutes(DEFAULT_SETTINGS.garbageCollection.settleMs),
}

/**
 * Variables that every provisioner reads, for its own schema: `z.object({ ...provisionerVariables(…), … })`. The namespace
 * of its lease is called like it unless told otherwise; `servesMachines` is what holds without a word.
 */
export function provisionerVariables({ name, servesMachines }: { name: string; servesMachines: boolean }) {
  return {
    ...LIFECYCLE_VARIABLES,
    LEADER_ELECTION_NAMESPACE: z.string().default(name),
    /** A kind that is not served is another provisioner's; its claims keep their instances all the same. */
    SERVE_MACHINES: z.stringbool().default(servesMachines),
    SERVE_NODE_CLAIMS: z.stringbool().default(true),
  }
}

type ProvisionerVariables = z.infer<z.ZodObject<ReturnType<typeof provisionerVariables>>>

interface Around {
  name: string
  /** Where the cluster is; undefined where that means nothing. */
  region: string | undefined
}

/**
 * What a provisioner needs to start, from what its schema has read.
 *
 * @throws Error where no kind of claim would be served.
 */
export function provisionerSettings(env: ProvisionerVariables, { name, region }: Around) {
  if (!env.SERVE_MACHINES && !env.SERVE_NODE_CLAIMS) {
    const fault = 'SERVE_MACHINES: one kind of claim must be served, this one or that of SERVE_NODE_CLAIMS'
    throw new Error(`the settings in the environment are wrong: ${fault}`)
  }
  return {
    ...processSettings(env, { namespace: env.LEADER_ELECTION_NAMESPACE, name }),
    lifecycle: lifecycleSettings(env, region),
    serve: { machines: env.SERVE_MACHINES, nodeClaims: env.SERVE_NODE_CLAIMS },
    pod: podReference(env),
  }
}

export type ProvisionerSettings = ReturnType<typeof provisionerSettings>

function podReference({ POD_NAME: name, POD_NAMESPACE: namespace, POD_UID: uid }: ProvisionerVariables) {
  if (name === undefined || namespace === undefined) return undefined
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...(uid !== undefined && { uid }) } }
}

function lifecycleSettings(env: ProvisionerVariables, region: string | undefined) {
  return {
    ...DEFAULT_SETTINGS,
    maxNodes: env.MAX_NODES,
    maxNodesPerNamespace: env.MAX_NODES_PER_NAMESPACE,
    maxGpus: env.MAX_GPUS,
    region,
    launchDeadlineMs: env.LAUNCH_DEADLINE_MINUTES,
    registrationDeadlineMs: env.REGISTRATION_DEADLINE_MINUTES,
    initializationDeadlineMs: env.INITIALIZATION_DEADLINE_MINUTES,
    drainDeadlineMs: env.DRAIN_DEADLINE_MINUTES,
    unreachableDrainDeadlineMs: env.UNREACHABLE_DRAIN_DEADLINE_MINUTES,
    terminationDeadlineMs: env.TERMINATION_DEADLINE_MINUTES,
    garbageCollection: {
      ...DEFAULT_SETTINGS.garbageCollection,
      periodMs: env.GARBAGE_COLLECTION_PERIOD_MINUTES,
      graceMs: env.GARBAGE_COLLECTION_GRACE_MINUTES,
      settleMs: env.GARBAGE_COLLECTION_SETTLE_MINUTES,
    },
  }
}
