import type { EndpointSlice, EndpointSubset, Endpoints, Service } from '../../objects/service.ts'
import { byPorts, type PodEndpoint } from './endpoint-addresses.ts'

const MANAGED_BY = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }

function meta(service: Service, name: string) {
  const { namespace } = service.metadata
  return namespace === undefined ? { name } : { name, namespace }
}

/** The `Endpoints` a Service has to have. */
export function wantedEndpoints(service: Service, endpoints: PodEndpoint[]): Endpoints {
  const present = endpoints.filter(({ terminating, ready }) => !terminating || ready)
  const subsets = byPorts(present).map((group): EndpointSubset => {
    const addresses = group.filter(({ ready }) => ready).map(({ address }) => address)
    const notReadyAddresses = group.filter(({ ready }) => !ready).map(({ address }) => address)
    return {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(group[0] && group[0].ports.length > 0 ? { ports: group[0].ports } : {}),
    }
  })
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...meta(service, service.metadata.name), labels: { ...service.metadata.labels, ...MANAGED_BY } },
    ...(subsets.length > 0 ? { subsets } : {}),
  }
}

/** The `EndpointSlice`s a Service has to have: one for each set of ports. */
export function wantedSlices(service: Service, endpoints: PodEndpoint[], suffix: string): EndpointSlice[] {
  const groups = endpoints.length === 0 ? [[]] : byPorts(endpoints)
  return groups.map((group, position) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...meta(service, `${service.metadata.name}-${suffix}${position === 0 ? '' : `-${position}`}`),
      labels: {
        ...service.metadata.labels,
        'kubernetes.io/service-name': service.metadata.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: service.metadata.name,
          uid: service.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: 'IPv4',
    endpoints: group.map(sliceEndpoint),
    ports: group[0]?.ports ?? [],
  }))
}

function sliceEndpoint({ address, ready, serving, terminating }: PodEndpoint): object {
  const { ip, ...rest } = address
  return { addresses: [ip], conditions: { ready, serving, terminating }, ...rest }
}
