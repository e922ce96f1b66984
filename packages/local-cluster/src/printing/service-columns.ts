import type { KubeObject } from '../cluster-access.ts'
import { listAt, numberAt, objectAt, stringAt } from '../json.ts'
import { AGE, type Column, field, NONE, orNone, pairs, text, textAt, wide } from './column.ts'

/** A cell names this many addresses or ports and counts the rest. */
const SHOWN = 3

export const SERVICE_COLUMNS: Column[] = [
  field('Type', 'spec', 'type'),
  text(
    'Cluster-IP',
    (service) => textAt(listAt(service, 'spec', 'clusterIPs')[0]) || orNone(textAt(service, 'spec', 'clusterIP')),
  ),
  text('External-IP', externalAddress),
  text('Port(s)', (service) => orNone(listAt(service, 'spec', 'ports').map(portText).join(','))),
  AGE,
  wide(text('Selector', (service) => pairs(objectAt(service, 'spec', 'selector')))),
]

export const ENDPOINT_COLUMNS: Column[] = [text('Endpoints', endpointText), AGE]

export const SLICE_COLUMNS: Column[] = [
  field('AddressType', 'addressType'),
  text('Ports', (slice) =>
    shortList(
      listAt(slice, 'ports').map((port) => textAt(port, 'port') || textAt(port, 'name') || '*'),
      '<unset>',
    ),
  ),
  text('Endpoints', (slice) =>
    shortList(
      listAt(slice, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses').map(String)),
      '<unset>',
    ),
  ),
  AGE,
]

function externalAddress(service: KubeObject): string {
  const own = listAt(service, 'spec', 'externalIPs').map(String)
  const type = stringAt(service, 'spec', 'type')
  if (type === 'ExternalName') return stringAt(service, 'spec', 'externalName')
  if (type === '') return '<unknown>'
  if (type !== 'LoadBalancer') return orNone(own.join(','))
  const balancers = listAt(service, 'status', 'loadBalancer', 'ingress').map(
    (ingress) => stringAt(ingress, 'ip') || stringAt(ingress, 'hostname'),
  )
  return [...balancers, ...own].join(',') || '<pending>'
}

function portText(port: unknown): string {
  const nodePort = numberAt(port, 'nodePort') ?? 0
  const external = nodePort > 0 ? `:${nodePort}` : ''
  return `${textAt(port, 'port')}${external}/${textAt(port, 'protocol')}`
}

function endpointText(endpoints: KubeObject): string {
  const addresses = listAt(endpoints, 'subsets').flatMap((subset) => {
    const hosts = listAt(subset, 'addresses').map((address) => stringAt(address, 'ip'))
    const ports = listAt(subset, 'ports')
    return ports.length === 0 ? hosts : ports.flatMap((port) => hosts.map((host) => `${host}:${textAt(port, 'port')}`))
  })
  return shortList(addresses, NONE)
}

function shortList(items: string[], none: string): string {
  if (items.length === 0) return none
  const more = items.length - SHOWN
  return `${items.slice(0, SHOWN).join(',')}${more > 0 ? ` + ${more} more...` : ''}`
}
