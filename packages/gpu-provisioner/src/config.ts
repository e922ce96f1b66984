import { DEFAULT_SETTINGS } from '@kaito/claim-lifecycle'
import { PROCESS_VARIABLES, processSettings, readVariables } from '@kaito/controller-kit'
import { z } from 'zod'

const minutes = (fallbackMs: number) =>
  z.coerce
    .number()
    .positive()
    .transform((value) => value * 60_000)
    .default(fallbackMs)
const limit = z.coerce.number().int().min(0).optional()

const variables = z.object({
  ...PROCESS_VARIABLES,
  ARM_SUBSCRIPTION_ID: z.string(),
  ARM_RESOURCE_GROUP: z.string(),
  AZURE_CLUSTER_NAME: z.string(),
  LOCATION: z.string(),
  /** Another Resource Manager than the public one; https only. */
  ARM_ENDPOINT: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  /** `off` sends everything at once; otherwise Azure's documented limits hold. */
  ARM_CALL_LIMITS: z.enum(['azure', 'off']).default('azure'),
  /** Where this process runs; unset outside of a Pod, and then nothing is told at its Pod. */
  POD_NAMESPACE: z.string().optional(),
  POD_UID: z.string().optional(),
  SERVICE_ACCOUNT_NAME: z.string().optional(),
  AZURE_TENANT_ID: z.string().optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().optional(),
  AZURE_AUTHORITY_HOST: z.url().optional(),
  LEADER_ELECTION_NAMESPACE: z.string().default('gpu-provisioner'),
  /** A kind that is not served is another provisioner's; its claims keep their instances all the same. */
  SERVE_MACHINES: z.stringbool().default(true),
  SERVE_NODE_CLAIMS: z.stringbool().default(true),
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
})

const environment = variables.refine((env) => env.SERVE_MACHINES || env.SERVE_NODE_CLAIMS, {
  path: ['SERVE_MACHINES'],
  error: 'one kind of claim must be served, this one or that of SERVE_NODE_CLAIMS',
})

type Environment = z.infer<typeof environment>

/** @throws Error that names every key which is missing or wrong. */
export function readConfig(given: Record<string, string | undefined> = process.env) {
  const env = readVariables(environment, given)
  return {
    ...processSettings(env, { namespace: env.LEADER_ELECTION_NAMESPACE, name: 'gpu-provisioner' }),
    azure: azureSettings(env),
    credential: credentialSettings(env),
    lifecycle: lifecycleSettings(env),
    serve: { machines: env.SERVE_MACHINES, nodeClaims: env.SERVE_NODE_CLAIMS },
    pod: podReference(env),
  }
}

function podReference({ POD_NAME: name, POD_NAMESPACE: namespace, POD_UID: uid }: Environment) {
  if (name === undefined || namespace === undefined) return undefined
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...(uid !== undefined && { uid }) } }
}

function azureSettings(env: Environment) {
  return {
    subscriptionId: env.ARM_SUBSCRIPTION_ID,
    resourceGroup: env.ARM_RESOURCE_GROUP,
    clusterName: env.AZURE_CLUSTER_NAME,
    location: env.LOCATION,
    ...(env.AZURE_CLIENT_ID !== undefined && { clientId: env.AZURE_CLIENT_ID }),
    ...(env.ARM_ENDPOINT !== undefined && { endpoint: env.ARM_ENDPOINT }),
    ...(env.ARM_CALL_LIMITS === 'off' && { limits: env.ARM_CALL_LIMITS }),
  }
}

function credentialSettings(env: Environment) {
  const { POD_NAMESPACE: namespace, SERVICE_ACCOUNT_NAME: name } = env
  return {
    ...(namespace !== undefined && name !== undefined && { serviceAccount: { namespace, name } }),
    ...(env.AZURE_FEDERATED_TOKEN_FILE !== undefined && { federatedTokenFile: env.AZURE_FEDERATED_TOKEN_FILE }),
    ...(env.AZURE_TENANT_ID !== undefined && { tenantId: env.AZURE_TENANT_ID }),
    ...(env.AZURE_CLIENT_ID !== undefined && { clientId: env.AZURE_CLIENT_ID }),
    ...(env.AZURE_AUTHORITY_HOST !== undefined && { authorityHost: env.AZURE_AUTHORITY_HOST }),
  }
}

function lifecycleSettings(env: Environment) {
  return {
    ...DEFAULT_SETTINGS,
    maxNodes: env.MAX_NODES,
    maxNodesPerNamespace: env.MAX_NODES_PER_NAMESPACE,
    maxGpus: env.MAX_GPUS,
    region: env.LOCATION,
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
