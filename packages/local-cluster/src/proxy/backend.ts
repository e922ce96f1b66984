import type { KubeObject } from '../cluster-access.ts'
import { fieldsAt, isJsonObject, objectsAt, stringAt } from '../json.ts'
import { PORT_MAP } from '../simulation-annotations.ts'
import { badRequest, notFound, StatusError } from '../status-error.ts'
import type { ObjectStore } from '../store/object-store.ts'

/** What the path in front of `/proxy` names: `name`, `name:port` or `scheme:name:port`. */
interface ProxyTarget {
  scheme: 'http' | 'https'
  name: string
  port: string
}

export function proxyTarget(text: string): ProxyTarget {
  const parts = text.split(':')
  if (parts.length === 3) {
    const [scheme = '', name = '', port = ''] = parts
    if (scheme !== 'http' && scheme !== 'https' && scheme !== '') throw badRequest(`invalid proxy scheme "${scheme}"`)
    return { scheme: scheme === 'https' ? 'https' : 'http', name, port }
  }
  const [name = '', port = ''] = parts
  return { scheme: 'http', name, port }
}

/** Loopback port of a ready pod behind a Service, by the Service's port name or number. */
export function serviceBackend(store: ObjectStore, namespace: string, { name, port }: ProxyTarget): number {
  const key = `${namespace}/${name}`
  const service = store.collection({ group: '', plural: 'services' }).get(key)?.object
  if (service === undefined) throw notFound({ group: '', plural: 'services', name })
  const wanted = servicePort(service, port)
  const endpoints = store.collection({ group: '', plural: 'endpoints' }).get(key)?.object
  for (const subset of objectsAt(endpoints, 'subsets')) {
    const target = objectsAt(subset, 'ports').find((one) => (one.name ?? '') === wanted)
    if (target === undefined) continue
    for (const address of objectsAt(subset, 'addresses')) {
      const podName = stringAt(address, 'targetRef', 'name')
      const pod = store.collection({ group: '', plural: 'pods' }).get(`${namespace}/${podName}`)?.object
      const listening = pod === undefined ? undefined : listeningPort(pod, String(target.port))
      if (listening !== undefined) return listening
    }
  }
  throw unavailable(`no endpoints available for service "${name}"`)
}

/** Name of the Service's port that a number, a name or nothing means. */
function servicePort(service: KubeObject, wanted: string): string {
  const ports = objectsAt(service, 'spec', 'ports')
  const [only] = ports
  const matches = (port: Record<string, unknown>) =>
    wanted === '' ? ports.length === 1 || port.name === undefined : port.name === wanted || String(port.port) === wanted
  const found = ports.find(matches) ?? (wanted === '' && ports.length === 1 ? only : undefined)
  if (found === undefined) throw unavailable(`no service port "${wanted}" found for service "${service.metadata.name}"`)
  return typeof found.name === 'string' ? found.name : ''
}

/** Loopback port that listens for a container port of a simulated pod. */
function listeningPort(pod: KubeObject, containerPort: string): number | undefined {
  const text = pod.metadata.annotations?.[PORT_MAP]
  if (text === undefined) return undefined
  const map: unknown = JSON.parse(text)
  const listening = isJsonObject(map) ? Number(map[containerPort]) : Number.NaN
  return Number.isInteger(listening) ? listening : undefined
}

/** Loopback port of a pod: of the container port named, or of its first one. */
export function podBackend(store: ObjectStore, namespace: string, { name, port }: ProxyTarget): number {
  const pod = store.collection({ group: '', plural: 'pods' }).get(`${namespace}/${name}`)?.object
  if (pod === undefined) throw notFound({ group: '', plural: 'pods', name })
  const ports = objectsAt(pod, 'spec', 'containers').flatMap((container) => objectsAt(container, 'ports'))
  const named = ports.find((one) => one.name === port)?.containerPort
  const containerPort = port === '' ? (ports[0]?.containerPort ?? 80) : (named ?? port)
  const listening = listeningPort(pod, String(containerPort))
  if (listening !== undefined) return listening
  throw unavailable(`error trying to reach service: nothing listens on port ${containerPort} of pod ${name}`)
}

function unavailable(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'ServiceUnavailable', message })
}

/** Address of the kubelet of the pod's node; undefined while the pod has no node. */
export function kubeletOf(
  store: ObjectStore,
  pod: KubeObject,
  annotation: string,
): { host: string; port: number } | undefined {
  const nodeName = stringAt(pod, 'spec', 'nodeName')
  if (nodeName === '') return undefined
  const node = store.collection({ group: '', plural: 'nodes' }).get(nodeName)?.object
  if (node === undefined) throw notFound({ group: '', plural: 'nodes', name: nodeName })
  const { host, port } =
    /^(?<host>.+):(?<port>\d+)$/.exec(String(fieldsAt(node, 'metadata', 'annotations')[annotation]))?.groups ?? {}
  if (host === undefined) throw badRequest(`node "${nodeName}" is not played by a simulated kubelet: it keeps no logs`)
  return { host, port: Number(port) }
}
