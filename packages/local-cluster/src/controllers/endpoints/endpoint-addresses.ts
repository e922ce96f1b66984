import { isFinished, isReady, type Pod } from '../../objects/pod.ts'
import type { EndpointAddress, EndpointPort, Service, ServicePort } from '../../objects/service.ts'

export interface PodEndpoint {
  address: EndpointAddress
  ports: EndpointPort[]
  ready: boolean
  serving: boolean
  terminating: boolean
}

/** The pods behind a Service as addresses with the ports that each of them really serves. */
export function podEndpoints(service: Service, pods: Pod[]): PodEndpoint[] {
  return pods
    .filter((pod) => pod.status?.podIP && !isFinished(pod))
    .map((pod) => podEndpoint(service, pod))
    .sort((a, b) => (a.address.ip < b.address.ip ? -1 : 1))
}

function podEndpoint(service: Service, pod: Pod): PodEndpoint {
  const { name, namespace = '', uid = '', deletionTimestamp } = pod.metadata
  const { hostname, subdomain, nodeName } = pod.spec
  const serving = isReady(pod)
  const terminating = deletionTimestamp !== undefined
  return {
    address: {
      ip: pod.status?.podIP ?? '',
      ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
      ...(nodeName ? { nodeName } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
    },
    ports: (service.spec.ports ?? []).flatMap((port) => endpointPort(port, pod)),
    ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
    serving,
    terminating,
  }
}

/** A named target port that the pod does not have gives no endpoint port. */
function endpointPort({ name, port, targetPort = port, protocol = 'TCP', appProtocol }: ServicePort, pod: Pod) {
  const number = typeof targetPort === 'number' ? targetPort : namedPort(targetPort, protocol, pod)
  if (number === undefined) return []
  return [{ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }]
}

function namedPort(name: string, protocol: string, { spec }: Pod): number | undefined {
  if (/^\d+$/.test(name)) return Number(name)
  return spec.containers
    .flatMap(({ ports = [] }) => ports)
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort
}

/** Endpoints that serve the same ports, in the order they come. */
export function byPorts(endpoints: PodEndpoint[]): PodEndpoint[][] {
  const groups = new Map<string, PodEndpoint[]>()
  for (const endpoint of endpoints) {
    const key = JSON.stringify(endpoint.ports)
    groups.set(key, [...(groups.get(key) ?? []), endpoint])
  }
  return [...groups.values()]
}
