import { PROCESS_VARIABLES, processSettings, readVariables } from '@kaito/controller-kit'
import { z } from 'zod'

const environment = z.object({
  ...PROCESS_VARIABLES,
  PRESET_REGISTRY_NAME: z
    .string()
    .regex(
      /^[a-zA-Z0-9][-a-zA-Z0-9.:]*(\/[a-z0-9][-._a-z0-9]*)*$/,
      'must be a registry with an optional path, without a tag',
    )
    .default('mcr.microsoft.com/aks/kaito'),
  MAX_NODES_PER_WORKSPACE: z.coerce.number().int().min(1).default(16),
  LEADER_ELECTION_NAMESPACE: z.string().min(1).default('kaito-workspace'),
})

/** @throws Error that names the key which is wrong. */
export function readConfig(variables: Record<string, string | undefined> = process.env) {
  const env = readVariables(environment, variables)
  return {
    ...processSettings(env, { namespace: env.LEADER_ELECTION_NAMESPACE, name: 'workspace-controller' }),
    order: { presetRegistry: env.PRESET_REGISTRY_NAME, maxNodesPerWorkspace: env.MAX_NODES_PER_WORKSPACE },
  }
}
