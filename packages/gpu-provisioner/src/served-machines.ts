import {
  ApiError,
  ApiUnreachable,
  type KubeClient,
  type KubernetesObject,
  type Logger,
  type Resource,
} from '@kaito/controller-kit'
import { z } from 'zod'

const DEFINITIONS: Resource<KubernetesObject> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const NAME = 'machines.karpenter.sh'
const VERSION = 'v1alpha5'

const properties = (fields: string[]) =>
  z.object({ properties: z.object(Object.fromEntries(fields.map((field) => [field, z.unknown()]))) })

/** What we read and write; anything else the served schema may have or lack. */
const servedSchema = z.object({
  served: z.literal(true),
  subresources: z.object({ status: z.unknown() }),
  schema: z.object({
    openAPIV3Schema: z.object({
      properties: z.object({
        spec: properties(['requirements', 'resources', 'taints', 'startupTaints']),
        status: properties(['conditions', 'nodeName', 'providerID', 'capacity', 'allocatable']),
      }),
    }),
  }),
})

const definitionSchema = z.object({ spec: z.object({ versions: z.array(z.looseObject({ name: z.string() })) }) })

/**
 * Refuses to work with a Machine definition that would drop what we write.
 *
 * @throws Error that names the field which is missing.
 */
export async function checkServedMachines(client: KubeClient, log: Logger, signal: AbortSignal): Promise<void> {
  const definition = await readDefinition(client, log, signal)
  if (!definition) return
  const { spec } = definitionSchema.parse(definition)
  const fit = servedSchema.safeParse(spec.versions.find(({ name }) => name === VERSION))
  if (fit.success) return
  const faults = fit.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const message = `the definition ${NAME} does not fit, install the one of this release: ${faults.join('; ')}`
  throw new Error(message, { cause: fit.error })
}

async function readDefinition(client: KubeClient, log: Logger, signal: AbortSignal) {
  try {
    const definition = await client.get(DEFINITIONS, { name: NAME }, { signal })
    if (!definition) log.warn({ definition: NAME }, 'not installed yet, waiting for it')
    return definition
  } catch (error) {
    // The watches say the same again, and they repeat until it is over.
    if (!(error instanceof ApiError || error instanceof ApiUnreachable)) throw error
    log.warn({ definition: NAME, err: error }, 'cannot be read, going on unchecked')
    return undefined
  }
}
