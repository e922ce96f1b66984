import {
  type Cache,
  type Connection,
  createCache,
  createConnection,
  createKubeClient,
  createMetrics,
  type KubeClient,
  type KubernetesObject,
  type Logger,
  type Resource,
  systemClock,
} from '../../packages/controller-kit/src/index.ts'

export interface RawObject extends KubernetesObject {
  spec?: object
  status?: object
}
export type RawKind = Resource<RawObject>

const claims = (version: string, kind: string, plural: string): RawKind => ({
  group: 'karpenter.sh',
  version,
  kind,
  plural,
  namespaced: false,
})

export const KINDS = {
  machine: claims('v1alpha5', 'Machine', 'machines'),
  nodeclaim: claims('v1', 'NodeClaim', 'nodeclaims'),
} as const
export const NODE_POOLS = claims('v1', 'NodePool', 'nodepools')
export const EVENTS: RawKind = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }
export const BUDGETS: RawKind = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
}
export const VOLUME_ATTACHMENTS: RawKind = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
}

interface DiscoveredKind {
  name: string
  namespaced: boolean
  categories?: string[]
  shortNames?: string[]
}

/** The cluster of a kubeconfig, with whatever way to log in it names. */
export interface Cluster {
  client: KubeClient
  /** A list that follows its kind until the signal aborts. */
  follow(kind: RawKind, labelSelector: string | undefined, signal: AbortSignal): Cache<RawObject>
  /** What the server says of the kinds of a group; none where it does not serve the group. */
  discover(group: string, version: string): Promise<DiscoveredKind[]>
  /** Names of the columns that kubectl prints. */
  columns(kind: RawKind): Promise<string[]>
  close(): void
}

export function connectCluster(kubeConfigPath: string, tell: (line: string) => void): Cluster {
  const shared = { clock: systemClock, random: Math.random, metrics: createMetrics(), log: logTo(tell) }
  const connection = createConnection({ ...shared, kubeConfigPath, userAgent: 'kaito-conformance' })
  return {
    client: createKubeClient(connection),
    follow(resource, labelSelector, signal) {
      const selectors = labelSelector === undefined ? {} : { labelSelector }
      const cache = createCache<RawObject>({ ...shared, connection, resource, selectors })
      void cache.run(signal)
      return cache
    },
    discover: (group, version) => discover(connection, `/apis/${group}/${version}`),
    async columns({ group, version, plural }) {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
      const path = `/apis/${group}/${version}/${plural}?limit=1`
      const call = { verb: 'list', resource: plural, method: 'GET' as const, path, accept }
      const { columnDefinitions } = await connection.request<{ columnDefinitions: { name: string }[] }>(call)
      return columnDefinitions.map(({ name }) => name)
    },
    close: () => connection.close(),
  }
}

async function discover(connection: Connection, groupPath: string): Promise<DiscoveredKind[]> {
  const all = await connection.request<{ groups: { versions: { groupVersion: string }[] }[] }>({
    verb: 'get',
    resource: 'apis',
    method: 'GET',
    path: '/apis',
  })
  const served = all.groups.some(({ versions }) =>
    versions.some(({ groupVersion }) => `/apis/${groupVersion}` === groupPath),
  )
  if (!served) return []
  const call = { verb: 'get', resource: 'apis', method: 'GET' as const, path: groupPath }
  const { resources } = await connection.request<{ resources: DiscoveredKind[] }>(call)
  return resources
}

/** Whoever runs this must know when its view of the cluster is lost; nothing else. */
function logTo(tell: (line: string) => void): Logger {
  const ignore = () => undefined
  const say = (_fields: object, message: string) => tell(message)
  const log: Logger = { debug: ignore, info: ignore, warn: say, error: say, fatal: say, child: () => log }
  return log
}
