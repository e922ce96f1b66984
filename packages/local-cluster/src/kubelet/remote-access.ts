import type { ClusterAccess, KindRef, KubeObject } from '../cluster-access.ts'
import { type ClusterClock, systemClusterClock } from '../cluster-clock.ts'
import { isMissing } from '../objects/api-refusals.ts'
import { type ApiConnection, createApiConnection } from './remote/api-connection.ts'
import { readKubeconfig } from './remote/kubeconfig.ts'
import { listRemotely } from './remote/remote-list.ts'
import { watchRemotely } from './remote/remote-watch.ts'
import { collectionPath, objectPath } from './remote/resource-path.ts'

interface RemoteAccessOptions {
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
}

/** Reaches the cluster of the kubeconfig's current context over https. */
export function connectByKubeconfig(kubeconfigText: string, options: RemoteAccessOptions = {}): ClusterAccess {
  const { clock = systemClusterClock, log = () => undefined } = options
  const connection = createApiConnection(readKubeconfig(kubeconfigText))
  return {
    ...verbs(connection),
    watch(...[kind, selectors, listener, signal]) {
      const onFailure = (error: unknown) => log('A watch was interrupted', { kind: kind.kind, error })
      void watchRemotely({ connection, kind, selectors, listener, signal, clock, onFailure })
    },
  }
}

function verbs(connection: ApiConnection): Omit<ClusterAccess, 'watch'> {
  return {
    async get(kind, ref) {
      try {
        return asObject(await connection.call({ method: 'GET', path: objectPath(kind, ref) }))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    list: async (kind, selectors = {}) => (await listRemotely(connection, kind, selectors)).items,
    async create(kind, object) {
      const path = collectionPath(kind, object.metadata.namespace)
      return asObject(await connection.call({ method: 'POST', path, body: object }))
    },
    async replace(kind, object, subresource) {
      const path = objectPath(kind, object.metadata, subresource)
      const method = isBinding(kind, subresource) ? 'POST' : 'PUT'
      return asObject(await connection.call({ method, path, body: object }))
    },
    async mergePatch(...[kind, ref, body, subresource]) {
      const path = objectPath(kind, ref, subresource)
      const contentType = 'application/merge-patch+json'
      return asObject(await connection.call({ method: 'PATCH', path, body, contentType }))
    },
    async delete(kind, ref, { uid, ...options } = {}) {
      const body = { ...options, ...(uid === undefined ? {} : { preconditions: { uid } }) }
      await connection.call({ method: 'DELETE', path: objectPath(kind, ref), body })
    },
  }
}

function isBinding({ plural }: KindRef, subresource: string | undefined): boolean {
  return plural === 'pods' && subresource === 'binding'
}

function asObject(answer: Record<string, unknown>): KubeObject {
  const { apiVersion, kind, metadata } = answer
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata !== 'object') {
    throw new Error('the server answered with something that is not a Kubernetes object')
  }
  return { ...answer, apiVersion, kind, metadata: Object(metadata) }
}
