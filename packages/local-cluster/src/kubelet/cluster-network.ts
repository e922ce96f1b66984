import { keyOfObject } from '../object-address.ts'
import type { Pod } from '../objects/pod.ts'
import type { Endpoints, Service } from '../objects/service.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { PORT_MAP } from '../simulation-annotations.ts'

interface Destination {
  host: string
  port: number
  /** Who asks: short names mean its own namespace. */
  pod: Pod
}

export interface ClusterNetwork {
  /** The loopback port on which a cluster address really answers. */
  resolve(destination: Destination): number | 'unknownHost' | 'refused'
}

interface NetworkStores {
  pods: WatchedObjects<Pod>
  services: WatchedObjects<Service>
  endpoints: WatchedObjects<Endpoints>
}

const IP = /^\d+\.\d+\.\d+\.\d+$/

/** Cluster IPs, pod IPs and Service names, looked up in the objects as kube-proxy and the cluster's DNS do. */
export function createClusterNetwork({ pods, services, endpoints }: NetworkStores): ClusterNetwork {
  function podAt(ip: string): Pod | undefined {
    return pods.list().find(({ status, metadata }) => status?.podIP === ip && metadata.deletionTimestamp === undefined)
  }

  function throughService(service: Service, port: number): number | 'refused' {
    const wanted = service.spec.ports?.find((each) => each.port === port)
    if (wanted === undefined) return 'refused'
    for (const { addresses = [], ports = [] } of endpoints.get(keyOfObject(service))?.subsets ?? []) {
      const target = ports.find(({ name }) => (name ?? '') === (wanted.name ?? ''))
      const open = addresses.map(({ ip }) => portOf(podAt(ip), target?.port)).find((found) => found !== 'refused')
      if (open !== undefined) return open
    }
    return 'refused'
  }

  /** A headless Service's name leads to the pods themselves. */
  function throughName(service: Service, destination: Destination, hostname?: string): number | 'refused' {
    if (service.spec.clusterIP !== 'None') return throughService(service, destination.port)
    const subsets = endpoints.get(keyOfObject(service))?.subsets ?? []
    const addresses = subsets.flatMap((subset) => subset.addresses ?? [])
    const [address] = addresses.filter((each) => hostname === undefined || each.hostname === hostname)
    return portOf(address && podAt(address.ip), destination.port)
  }

  return {
    resolve(destination) {
      const { host, port, pod } = destination
      if (host === 'localhost' || host === '127.0.0.1') return portOf(pods.get(keyOfObject(pod)) ?? pod, port)
      if (IP.test(host)) {
        const service = services.list().find(({ spec }) => spec.clusterIP === host)
        return service ? throughService(service, port) : portOf(podAt(host), port)
      }
      const named = parseName(host, pod.metadata.namespace ?? '')
      for (const { key, hostname } of named) {
        const service = services.get(key)
        if (service) return throughName(service, destination, hostname)
      }
      return 'unknownHost'
    },
  }
}

/** What a DNS name may mean: `service[.namespace[.svc…]]`, or with the host name of a pod before it. */
function parseName(host: string, namespace: string): { key: string; hostname?: string }[] {
  const labels = host
    .replace(/\.$/, '')
    .replace(/\.svc(\.cluster\.local)?$/, '')
    .split('.')
  const [first = '', second, third] = labels
  if (labels.length > 3) return []
  if (second === undefined) return [{ key: `${namespace}/${first}` }]
  if (third !== undefined) return [{ key: `${third}/${second}`, hostname: first }]
  return [{ key: `${second}/${first}` }, { key: `${namespace}/${second}`, hostname: first }]
}

function portOf(pod: Pod | undefined, port: number | undefined): number | 'refused' {
  const text = pod?.metadata.annotations?.[PORT_MAP]
  if (text === undefined || port === undefined) return 'refused'
  const found: unknown = Reflect.get(Object(JSON.parse(text)), String(port))
  return typeof found === 'number' ? found : 'refused'
}
