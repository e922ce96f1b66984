import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const flag = z.stringbool()

const environment = z.object({
  /** Absent in a Pod, whose own account is taken then. */
  KUBECONFIG: z.string().optional(),
  PRESET_REGISTRY_NAME: z
    .string()
    .regex(
      /^[a-zA-Z0-9][-a-zA-Z0-9.:]*(\/[a-z0-9][-._a-z0-9]*)*$/,
      'must be a registry with an optional path, without a tag',
    )
    .default('mcr.microsoft.com/aks/kaito'),
  MAX_NODES_PER_WORKSPACE: z.coerce.number().int().min(1).default(16),
  LEADER_ELECT: flag.default(true),
  /** Name of the Pod: a container that is restarted in it goes on leading without waiting for its own old lease. */
  POD_NAME: z.string().optional(),
  LEADER_ELECTION_NAMESPACE: z.string().min(1).default('kaito-workspace'),
  METRICS_PORT: port.default(8080),
  HEALTH_PROBE_PORT: port.default(8081),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})

/** @throws Error that names the key which is wrong. */
export function readConfig(variables: Record<string, string | undefined> = process.env) {
  // An empty variable is how a chart leaves a setting out.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const read = environment.safeParse(given)
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`the settings in the environment are wrong: ${faults.join('; ')}`, { cause: read.error })
  }
  const env = read.data
  return {
    kubeconfig: env.KUBECONFIG,
    order: { presetRegistry: env.PRESET_REGISTRY_NAME, maxNodesPerWorkspace: env.MAX_NODES_PER_WORKSPACE },
    leaderElection: { enabled: env.LEADER_ELECT, namespace: env.LEADER_ELECTION_NAMESPACE },
    identity: env.POD_NAME ?? `${hostname()}_${randomUUID()}`,
    metricsPort: env.METRICS_PORT,
    healthPort: env.HEALTH_PROBE_PORT,
    logLevel: env.LOG_LEVEL,
  }
}
