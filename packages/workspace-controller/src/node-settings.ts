import {
  BACKEND_PROFILES,
  type BackendProfile,
  type BackendSettings,
  backendSettings,
  type NodeProvisionerName,
} from '@kaito/node-provisioner'
import { z } from 'zod'

/** Where nodes come from. */
export interface NodeSettings {
  provisioner: NodeProvisionerName
  backend: BackendSettings
}

/** By what each way can ask: a `Machine` for gpu-provisioners alone, a `NodePool` for Karpenter core alone. */
const FITS: Record<NodeProvisionerName, (profile: BackendProfile) => boolean> = {
  machine: (profile) => profile === 'gpu-provisioner',
  nodeclaim: () => true,
  nodepool: (profile) => profile !== 'gpu-provisioner',
  'existing-nodes': () => true,
}

const NAMES = Object.keys(FITS) as [NodeProvisionerName, ...NodeProvisionerName[]]

/** Variables of the environment that say where nodes come from. */
export const NODE_VARIABLES = {
  NODE_PROVISIONER: z.enum(NAMES).default('machine'),
  NODE_BACKEND: z.enum(BACKEND_PROFILES).default('gpu-provisioner'),
  /** JSON: settings of the profile that are replaced. */
  NODE_BACKEND_SETTINGS: z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
      } catch (error) {
        context.addIssue({
          code: 'custom',
          message: `must be a JSON object: ${error instanceof Error ? error.message : error}`,
        })
        return z.NEVER
      }
    }),
}

type NodeVariables = z.infer<z.ZodObject<typeof NODE_VARIABLES>>

/** @throws Error that names the setting which is wrong. */
export function nodeSettings({ NODE_PROVISIONER, NODE_BACKEND, NODE_BACKEND_SETTINGS }: NodeVariables): NodeSettings {
  if (!FITS[NODE_PROVISIONER](NODE_BACKEND)) {
    const fitting = BACKEND_PROFILES.filter(FITS[NODE_PROVISIONER])
    throw new Error(
      `NODE_BACKEND: ${NODE_BACKEND} does not serve what NODE_PROVISIONER=${NODE_PROVISIONER} asks for; use one of ${fitting.join(', ')}`,
    )
  }
  const backend = backendOf(NODE_BACKEND, NODE_BACKEND_SETTINGS)
  const namesClasses = NODE_PROVISIONER === 'nodeclaim' || NODE_PROVISIONER === 'nodepool'
  if (namesClasses && !backend.defaultNodeClass) {
    throw new Error(
      `NODE_BACKEND_SETTINGS: defaultNodeClass: is missing, and NODE_PROVISIONER=${NODE_PROVISIONER} must name a class`,
    )
  }
  return { provisioner: NODE_PROVISIONER, backend }
}

function backendOf(profile: BackendProfile, replaced: Record<string, unknown>): BackendSettings {
  try {
    return backendSettings(profile, replaced)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const faults = error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`)
    throw new Error(`NODE_BACKEND_SETTINGS: ${faults.join('; ')}`, { cause: error })
  }
}
