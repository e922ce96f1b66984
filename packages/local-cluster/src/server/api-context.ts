import type { ClusterClock } from '../cluster-clock.ts'
import type { KindRegistry, ObjectPreparer, ObjectReader, OpenApi, TablePrinter } from '../kind-definition.ts'
import type { ApiEngine } from '../resources/api-engine.ts'
import { createClusterIps } from '../resources/cluster-ips.ts'
import { followCustomKinds } from '../resources/custom-kinds.ts'
import { createFirstObjects } from '../resources/first-objects.ts'
import { createObjectReader } from '../resources/object-reader.ts'
import { createObjectStore } from '../store/object-store.ts'
import { type Authentication, createAuthentication } from './authentication.ts'
import { createServiceAccountTokens, type ServiceAccountTokens } from './service-account-tokens.ts'

/** What the handlers of requests need. */
export interface ApiContext {
  engine: ApiEngine
  printer: TablePrinter
  openApi: OpenApi
  tokens: ServiceAccountTokens
  authentication: Authentication
  /** Whether a watch of lost history is refused in its stream (as the real server does) or by its HTTP status. */
  goneWatch: 'event' | 'response'
}

/** The kinds a server serves, and what it knows about them. */
export interface ServedKinds {
  registry: KindRegistry
  preparer(reader: ObjectReader): ObjectPreparer
  printer: TablePrinter
  openApi: OpenApi
}

/** An empty cluster with the objects that every cluster has. */
export function createApiContext(options: {
  kinds: ServedKinds
  clock: ClusterClock
  token: string
  historyLimit: number
  goneWatch: 'event' | 'response'
  newUid: () => string
  nameSuffix: () => string
}): ApiContext {
  const { kinds, clock, token, historyLimit, goneWatch, newUid, nameSuffix } = options
  const store = createObjectStore({ historyLimit })
  const reader = createObjectReader(store)
  const { registry, printer, openApi } = kinds
  const preparer = kinds.preparer(reader)
  const engine: ApiEngine = { store, registry, preparer, clock, newUid, nameSuffix, clusterIps: createClusterIps() }
  const tokens = createServiceAccountTokens({
    issuer: 'https://kubernetes.default.svc.cluster.local',
    clock,
    serviceAccount: (ref) => reader.get(SERVICE_ACCOUNTS, ref),
  })
  followCustomKinds(engine)
  createFirstObjects(engine)
  return {
    engine,
    printer,
    openApi,
    tokens,
    authentication: createAuthentication(token, tokens),
    goneWatch,
  }
}

const SERVICE_ACCOUNTS = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
}
