/** The calls this package makes; `other` is what it must never send. */
export type ArmOperationName =
  | 'getAgentPool'
  | 'listAgentPools'
  | 'putAgentPool'
  | 'deleteAgentPool'
  | 'getManagedCluster'
  | 'listUsages'
  | 'listSkus'
  | 'other'

export interface ArmOperation {
  name: ArmOperationName
  /** Agent pool addressed by name. */
  pool: string | undefined
}

/** Tells from a request what it does. */
export function armOperation(method: string, url: string): ArmOperation {
  const path = new URL(url).pathname
  const compute = method === 'GET' ? COMPUTE.find(({ pattern }) => pattern.test(path)) : undefined
  if (compute) return { name: compute.name, pool: undefined }
  const [, cluster, rest] = /\/managedclusters\/([^/]+)(\/.*)?$/i.exec(path) ?? []
  if (cluster === undefined) return { name: 'other', pool: undefined }
  if (rest === undefined) return { name: method === 'GET' ? 'getManagedCluster' : 'other', pool: undefined }
  const [, pool] = /^\/agentpools(?:\/([^/]+))?$/i.exec(rest) ?? []
  if (!/^\/agentpools(?:\/[^/]+)?$/i.test(rest)) return { name: 'other', pool: undefined }
  if (pool === undefined) return { name: method === 'GET' ? 'listAgentPools' : 'other', pool: undefined }
  return { name: OF_POOL.get(method) ?? 'other', pool }
}

const COMPUTE: { pattern: RegExp; name: ArmOperationName }[] = [
  { pattern: /^\/subscriptions\/[^/]+\/providers\/microsoft\.compute\/skus$/i, name: 'listSkus' },
  { pattern: /^\/subscriptions\/[^/]+\/providers\/microsoft\.compute\/locations\/[^/]+\/usages$/i, name: 'listUsages' },
]

const OF_POOL = new Map<string, ArmOperationName>([
  ['GET', 'getAgentPool'],
  ['PUT', 'putAgentPool'],
  ['DELETE', 'deleteAgentPool'],
])
