import { z } from 'zod'
import {
  agentPool,
  availableVersions,
  errorBody,
  machine,
  managedCluster,
  operationStatus,
  pageOf,
  resourceSku,
  upgradeProfile,
  usage,
} from './documented-shapes.ts'

interface Exchange {
  method: string
  path: string
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** Parsed JSON; undefined when empty. */
  body: unknown
}

const empty = z.undefined()
const operationLinks = z.looseObject({ 'azure-asyncoperation': z.url() })
const operationAndResultLinks = operationLinks.extend({ location: z.url() })
const none = z.looseObject({})

type Answer = readonly [body: z.ZodType, headers: z.ZodType]
type Operation = readonly [method: string, path: RegExp, answers: Record<number, Answer>]

const CLUSTERS = '/providers/Microsoft\\.ContainerService/managedClusters'
const POOLS = `${CLUSTERS}/[^/]+/agentPools`
const accepted: Record<number, Answer> = { 202: [empty, operationAndResultLinks] }
const at = (path: string) => new RegExp(`${path}$`, 'i')
const get = (path: string, body: z.ZodType): Operation => ['GET', at(path), { 200: [body, none] }]

/**
 * The operations of the AKS and Compute API descriptions (Azure/azure-rest-api-specs, `managedClusters.json` of
 * 2026-06-01, `skus.json` of 2021-07-01, common types v6) that the emulator serves, with the answers they allow.
 */
const OPERATIONS: readonly Operation[] = [
  get(CLUSTERS, pageOf(managedCluster)),
  get(`${CLUSTERS}/[^/]+`, managedCluster),
  get(`${CLUSTERS}/[^/]+/availableAgentPoolVersions`, availableVersions),
  get(POOLS, pageOf(agentPool)),
  get(`${POOLS}/[^/]+`, agentPool),
  ['PUT', at(`${POOLS}/[^/]+`), { 200: [agentPool, none], 201: [agentPool, operationLinks] }],
  ['DELETE', at(`${POOLS}/[^/]+`), { ...accepted, 204: [empty, none] }],
  ['POST', at(`${POOLS}/[^/]+/abort`), { ...accepted, 204: [empty, none] }],
  ['POST', at(`${POOLS}/[^/]+/deleteMachines`), accepted],
  ['POST', at(`${POOLS}/[^/]+/upgradeNodeImageVersion`), { 202: [agentPool, operationAndResultLinks] }],
  get(`${POOLS}/[^/]+/upgradeProfiles/default`, upgradeProfile),
  get(`${POOLS}/[^/]+/machines`, pageOf(machine)),
  get(`${POOLS}/[^/]+/machines/[^/]+`, machine),
  get('/Microsoft.ContainerService/locations/[^/]+/operations/[^/]+', operationStatus),
  [
    'GET',
    at('/Microsoft.ContainerService/locations/[^/]+/operationresults/[^/]+'),
    { 200: [agentPool, none], 204: [empty, none], ...accepted },
  ],
  get('/Microsoft.Compute/skus', pageOf(resourceSku)),
  get('/Microsoft.Compute/locations/[^/]+/usages', pageOf(usage)),
]

const anyHeaders = z.looseObject({
  // The description says integer; a date, which HTTP allows too, would break its clients.
  'retry-after': z.string().regex(/^\d+$/).optional(),
})

/** How an answer departs from the API description; empty when it does not. */
export function departures({ method, path, status, headers, body }: Exchange): string[] {
  const pathname = path.replace(/^https:\/\/[^/]+|\?.*$/g, '')
  const answer = status >= 400 ? ([errorBody, none] as const) : documentedAnswer({ method, pathname, status })
  if (!answer) return [`${method} ${pathname} is not documented to answer ${status}`]
  const [bodyShape, headerShape] = answer
  const checks = [bodyShape.safeParse(body), headerShape.safeParse(headers), anyHeaders.safeParse(headers)]
  return checks.flatMap(({ error }) => (error ? [`${method} ${pathname} ${status}: ${z.prettifyError(error)}`] : []))
}

function documentedAnswer({ method, pathname, status }: { method: string; pathname: string; status: number }) {
  return OPERATIONS.find(([of, path]) => of === method && path.test(pathname))?.[2][status]
}
