import { ApiError, isGone } from '../errors.ts'
import type { CallOptions, DeleteOptions, KubeClient, ListOptions, MergePatch, PatchOptions } from '../kube-client.ts'
import type { KubernetesObject, ObjectKey, Resource } from '../kubernetes-object.ts'
import { apiPath, withQuery } from './api-path.ts'
import type { Connection } from './connection.ts'

const PAGE_SIZE = 500

interface ObjectList<T> {
  metadata?: { resourceVersion?: string; continue?: string }
  items?: T[] | null
}

export function createKubeClient(connection: Connection): KubeClient {
  return { ...createReading(connection), ...createWriting(connection), ...createRemoving(connection) }
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface Table {
  columnDefinitions: { name: string }[]
  rows: { cells: unknown[] }[]
}

function createReading(connection: Connection): Pick<KubeClient, 'get' | 'print' | 'list'> {
  const read = (resource: Resource<KubernetesObject>, { signal }: CallOptions = {}) => {
    return { verb: 'get', resource: resource.plural, method: 'GET' as const, signal }
  }
  return {
    get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions) {
      const answer = connection.request<T>({ ...read(resource, options), path: apiPath(resource, key) })
      return unlessAbsent(answer, resource, key)
    },
    async print(resource, key, options) {
      const path = withQuery(apiPath(resource, key), { includeObject: 'None' })
      const answer = connection.request<Table>({ ...read(resource, options), path, accept: TABLE })
      const table = await unlessAbsent(answer, resource, key)
      const cells = table?.rows[0]?.cells
      return cells && Object.fromEntries(table.columnDefinitions.map(({ name }, index) => [name, cells[index]]))
    },
    list: async (resource, options = {}) => (await listAll(connection, resource, options)).items,
  }
}

/**
 * All pages of a quorum list, with the resource version it is of. When the pages run out of date on the way, the whole
 * list is asked for at once, which cannot.
 */
export async function listAll<T extends KubernetesObject>(
  connection: Connection,
  resource: Resource<T>,
  { namespace, labelSelector, fieldSelector, signal }: ListOptions,
): Promise<{ items: T[]; resourceVersion: string }> {
  const page = (parameters: { limit?: number; continue?: string }) => {
    const path = withQuery(apiPath(resource, { namespace }), { labelSelector, fieldSelector, ...parameters })
    return connection.request<ObjectList<T>>({ verb: 'list', resource: resource.plural, method: 'GET', path, signal })
  }
  const items: T[] = []
  let answer = await page({ limit: PAGE_SIZE })
  items.push(...(answer.items ?? []))
  try {
    for (let next = answer.metadata?.continue; next; next = answer.metadata?.continue) {
      answer = await page({ limit: PAGE_SIZE, continue: next })
      items.push(...(answer.items ?? []))
    }
  } catch (error) {
    if (!isGone(error)) throw error
    answer = await page({})
    items.splice(0, items.length, ...(answer.items ?? []))
  }
  return { items, resourceVersion: answer.metadata?.resourceVersion ?? '' }
}

function createWriting(connection: Connection): Pick<KubeClient, 'create' | 'replace' | 'mergePatch'> {
  return {
    create(resource, object, { dryRun = false, signal } = {}) {
      const path = withQuery(
        apiPath(resource, { namespace: object.metadata.namespace }),
        dryRun ? { dryRun: 'All' } : {},
      )
      const body = { ...typeOf(resource), ...object }
      return connection.request({ verb: 'create', resource: resource.plural, method: 'POST', path, body, signal })
    },
    replace(resource, object, { signal } = {}) {
      const path = apiPath(resource, object.metadata)
      const body = { ...typeOf(resource), ...object }
      return connection.request({ verb: 'update', resource: resource.plural, method: 'PUT', path, body, signal })
    },
    mergePatch(resource, key, ...[body, { subresource, signal } = {}]: [MergePatch, PatchOptions?]) {
      return connection.request({
        verb: 'patch',
        resource: resource.plural,
        method: 'PATCH',
        path: apiPath(resource, { ...key, subresource }),
        body,
        contentType: 'application/merge-patch+json',
        signal,
      })
    },
  }
}

function createRemoving(connection: Connection): Pick<KubeClient, 'delete' | 'evict'> {
  return {
    async delete<T extends KubernetesObject>(
      resource: Resource<T>,
      key: ObjectKey,
      { signal, ...options }: DeleteOptions,
    ) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options }
      const call = { verb: 'delete', resource: resource.plural, method: 'DELETE' as const, body, signal }
      const answer = await unlessAbsent(connection.request<T>({ ...call, path: apiPath(resource, key) }), resource, key)
      return answer?.kind === 'Status' ? undefined : answer
    },
    async evict(pod, preconditions, { signal } = {}) {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: pod, deleteOptions: { preconditions } }
      const path = apiPath(PODS, { ...pod, subresource: 'eviction' })
      const call = { verb: 'create', resource: 'pods/eviction', method: 'POST' as const, path, body, signal }
      await unlessAbsent(connection.request(call), PODS, pod)
    },
  }
}

const PODS: Resource<KubernetesObject> = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }

function typeOf({ group, version, kind }: Resource<KubernetesObject>) {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind }
}

async function unlessAbsent<T>(
  answer: Promise<T>,
  resource: Resource<KubernetesObject>,
  key: ObjectKey,
): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (provesAbsence(error, resource, key)) return undefined
    throw error
  }
}

/** A 404 also means that the server does not serve the kind, or that a proxy is lost: only this very name counts. */
function provesAbsence(error: unknown, { plural, kind }: Resource<KubernetesObject>, { name }: ObjectKey): boolean {
  if (!(error instanceof ApiError) || error.status !== 404 || error.reason !== 'NotFound') return false
  return error.details?.name === name && (error.details.kind === plural || error.details.kind === kind)
}
