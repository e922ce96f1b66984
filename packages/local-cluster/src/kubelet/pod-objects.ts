import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import { CONFIG_MAPS, SECRETS } from '../objects/kinds.ts'
import type { Pod } from '../objects/pod.ts'
import type { DockerConfig } from './images/image-source.ts'

/** What a pod's volumes, variables and pulls take from objects of its namespace; each call reads anew. */
export interface PodObjects {
  /** Undefined when there is no such object. */
  data(kind: 'secret' | 'configmap', name: string): Promise<Record<string, Buffer> | undefined>
  /** What its pull Secrets say, and the names of those that are missing or say nothing. */
  pullConfigs(): Promise<{ configs: DockerConfig[]; missing: string[] }>
}

const DOCKER_CONFIG_KEY = '.dockerconfigjson'

export function createPodObjects(access: Pick<ClusterAccess, 'get'>, { metadata, spec }: Pod): PodObjects {
  const inNamespace = (name: string) => ({ name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) })

  async function data(kind: 'secret' | 'configmap', name: string) {
    const found = await access.get(kind === 'secret' ? SECRETS : CONFIG_MAPS, inNamespace(name))
    return found && dataOf(found)
  }

  async function pullConfig(name: string): Promise<DockerConfig | undefined> {
    const text = (await data('secret', name))?.[DOCKER_CONFIG_KEY]
    return text && parseConfig(text.toString('utf8'))
  }

  return {
    data,
    async pullConfigs() {
      const names = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name)
      const found = await Promise.all(names.map(async (name) => ({ name, config: await pullConfig(name) })))
      return {
        configs: found.flatMap(({ config }) => (config === undefined ? [] : [config])),
        missing: found.filter(({ config }) => config === undefined).map(({ name }) => name),
      }
    },
  }
}

/** Secrets and `binaryData` are base64 on the wire. */
function dataOf({ kind, data, binaryData }: KubeObject): Record<string, Buffer> {
  const decoded = (values: unknown, encoding: BufferEncoding) =>
    Object.entries(Object(values)).map(([key, value]) => [key, Buffer.from(String(value), encoding)] as const)
  return Object.fromEntries([...decoded(data, kind === 'Secret' ? 'base64' : 'utf8'), ...decoded(binaryData, 'base64')])
}

function parseConfig(text: string): DockerConfig | undefined {
  try {
    const { auths }: { auths?: DockerConfig['auths'] } = Object(JSON.parse(text))
    return auths === undefined ? {} : { auths }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
