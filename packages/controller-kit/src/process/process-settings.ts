import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { z } from 'zod'
import { createLogger } from './json-log.ts'
import type { ProcessPort } from './run-process.ts'

const port = z.coerce.number().int().min(0).max(65_535)

/** Variables that every controller reads, for its own schema: `z.object({ ...PROCESS_VARIABLES, … })`. */
export const PROCESS_VARIABLES = {
  /** Absent in a Pod, whose own account is taken then. */
  KUBECONFIG: z.string().optional(),
  LEADER_ELECT: z.stringbool().default(true),
  /** Name of the Pod: a container that is restarted in it goes on leading without waiting for its own old lease. */
  POD_NAME: z.string().optional(),
  METRICS_PORT: port.default(8080),
  HEALTH_PROBE_PORT: port.default(8081),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
}

type ProcessVariables = z.infer<z.ZodObject<typeof PROCESS_VARIABLES>>

/**
 * Reads the environment by a schema.
 *
 * @throws Error that names every variable which is missing or wrong.
 */
export function readVariables<S extends z.ZodType>(
  schema: S,
  variables: Record<string, string | undefined>,
): z.infer<S> {
  // An empty variable is how a chart leaves a setting out.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const faults = read.error.issues.map(
    ({ path, message }) => `${path.join('.')}: ${String(path[0]) in given ? message : 'is not set'}`,
  )
  throw new Error(`the settings in the environment are wrong: ${faults.join('; ')}`, { cause: read.error })
}

/**
 * The settings that `read` finds. Where it throws, one line tells why and the process ends with exit code 1: an error
 * that nobody catches would be printed behind a page of bundled source.
 */
export function settingsOrExit<T>(name: string, read: () => T, port: Pick<ProcessPort, 'exit'> = process): T {
  try {
    return read()
  } catch (error) {
    createLogger({ name, level: 'error' }).fatal({}, error instanceof Error ? error.message : String(error))
    port.exit(1)
    throw error
  }
}

/** What a process needs to start; the lease has the controller's name, in the given namespace. */
export function processSettings(variables: ProcessVariables, lease: { namespace: string; name: string }) {
  return {
    kubeconfig: variables.KUBECONFIG,
    identity: variables.POD_NAME ?? `${hostname()}_${randomUUID()}`,
    leaderElection: { ...lease, enabled: variables.LEADER_ELECT },
    metricsPort: variables.METRICS_PORT,
    healthPort: variables.HEALTH_PROBE_PORT,
    logLevel: variables.LOG_LEVEL,
  }
}
