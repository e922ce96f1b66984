import { PROCESS_VARIABLES, processSettings, readVariables } from '@kaito/controller-kit'
import { z } from 'zod'
import { NODE_VARIABLES, nodeSettings } from './node-settings.ts'

const image = z.string().regex(/^[^\s@]+(@sha256:[a-f0-9]{64})?$/, 'must be an image reference')

const environment = z.object({
  ...PROCESS_VARIABLES,
  ...NODE_VARIABLES,
  PRESET_REGISTRY_NAME: z
    .string()
    .regex(
      /^[a-zA-Z0-9][-a-zA-Z0-9.:]*(\/[a-z0-9][-._a-z0-9]*)*$/,
      'must be a registry with an optional path, without a tag',
    )
    .default('mcr.microsoft.com/aks/kaito'),
  MAX_NODES_PER_WORKSPACE: z.coerce.number().int().min(1).default(16),
  TUNING_TOOLS_IMAGE: image.default('kaito/tuning-tools:0.1.0'),
  TUNING_BASE_IMAGE: image.default('docker.io/library/busybox:1.36.1'),
  TUNING_START_DEADLINE_MINUTES: z.coerce.number().positive().default(120),
  TUNING_ALLOWED_ADDRESSES: z.string().default(''),
  ADAPTER_IMAGE_VOLUMES: z.stringbool().default(false),
  GROUP_DEADLINE_MINUTES: z.coerce.number().positive().default(30),
  LEADER_ELECTION_NAMESPACE: z.string().min(1).default('kaito-workspace'),
})

/** @throws Error that names the key which is wrong. */
export function readConfig(variables: Record<string, string | undefined> = process.env) {
  const env = readVariables(environment, variables)
  const nodes = nodeSettings(env)
  return {
    ...processSettings(env, { namespace: env.LEADER_ELECTION_NAMESPACE, name: 'workspace-controller' }),
    nodes: { ...nodes, groupDeadlineMs: env.GROUP_DEADLINE_MINUTES * 60_000 },
    workspace: {
      presetRegistry: env.PRESET_REGISTRY_NAME,
      maxNodesPerWorkspace: env.MAX_NODES_PER_WORKSPACE,
      tuningToolsImage: env.TUNING_TOOLS_IMAGE,
      tuningBaseImage: env.TUNING_BASE_IMAGE,
      tuningStartPatienceMs: env.TUNING_START_DEADLINE_MINUTES * 60_000,
      tuningAllowedAddresses: env.TUNING_ALLOWED_ADDRESSES,
      adapterImageVolumes: env.ADAPTER_IMAGE_VOLUMES,
      namespace: env.LEADER_ELECTION_NAMESPACE,
      tolerations: nodes.backend.tolerations,
    },
  }
}
