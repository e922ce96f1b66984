import { isIP } from 'node:net'
import { type JsonObject, listAt, numberAt, objectAt, stringAt, valueAt } from '../json.ts'
import {
  childPath,
  duplicateValue,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { labelFaults } from './metadata-faults.ts'
import { dns1123Label } from './name-rules.ts'
import { PORT_RANGE } from './required-faults.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export function serviceFaults(service: JsonObject): FieldFault[] {
  const spec = objectAt(service, 'spec') ?? {}
  const type = stringAt(spec, 'type')
  const ports = listAt(spec, 'ports')
  const faults: FieldFault[] = []
  if (!TYPES.includes(type)) faults.push(unsupportedValue('spec.type', type, TYPES))
  if (ports.length === 0 && type !== 'ExternalName' && spec.clusterIP !== 'None')
    faults.push(requiredValue('spec.ports'))
  if (type === 'ExternalName' && stringAt(spec, 'externalName') === '') faults.push(requiredValue('spec.externalName'))
  const affinity = stringAt(spec, 'sessionAffinity')
  if (!AFFINITIES.includes(affinity)) faults.push(unsupportedValue('spec.sessionAffinity', affinity, AFFINITIES))
  faults.push(...labelFaults(objectAt(spec, 'selector'), 'spec.selector'))
  ports.forEach((port, index) => {
    faults.push(...portFaults(port, itemPath('spec.ports', index), ports.length > 1))
  })
  return [...faults, ...addressFaults(spec), ...repeatedPorts(ports)]
}

function portFaults(port: unknown, path: string, isOneOfMany: boolean): FieldFault[] {
  const name = stringAt(port, 'name')
  const number = numberAt(port, 'port')
  const protocol = stringAt(port, 'protocol')
  const faults: FieldFault[] = []
  if (name === '' && isOneOfMany) faults.push(requiredValue(childPath(path, 'name')))
  if (name !== '') faults.push(...dns1123Label(name).map((why) => invalidValue(childPath(path, 'name'), name, why)))
  if (number !== undefined && (number < 1 || number > 65535)) {
    faults.push(invalidValue(childPath(path, 'port'), number, PORT_RANGE))
  }
  if (protocol !== '' && !PROTOCOLS.includes(protocol)) {
    faults.push(unsupportedValue(childPath(path, 'protocol'), protocol, PROTOCOLS))
  }
  return [...faults, ...targetFaults(port, childPath(path, 'targetPort'))]
}

const PORT_NAME = /^[-a-z0-9]+$/

function targetFaults(port: unknown, path: string): FieldFault[] {
  const target = valueAt(port, 'targetPort') ?? 0
  if (typeof target === 'number') {
    return target >= 1 && target <= 65535 ? [] : [invalidValue(path, target, PORT_RANGE)]
  }
  if (PORT_NAME.test(String(target))) return []
  return [invalidValue(path, target, 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')]
}

function repeatedPorts(ports: unknown[]): FieldFault[] {
  const names = ports.map((port) => stringAt(port, 'name'))
  const numbers = ports.map((port) => `${stringAt(port, 'protocol')} ${numberAt(port, 'port')}`)
  return ports.flatMap((port, index) => {
    const at = itemPath('spec.ports', index)
    const name = names[index] ?? ''
    const faults: FieldFault[] = []
    if (name !== '' && names.indexOf(name) < index) faults.push(duplicateValue(childPath(at, 'name'), name))
    if (numbers.indexOf(numbers[index] ?? '') < index) {
      faults.push({ ...duplicateValue(at, ''), message: `Duplicate value: ${goPort(port)}` })
    }
    return faults
  })
}

/** The API server prints the Go value here: its names, in its order, with only protocol and port set. */
function goPort(port: unknown): string {
  const [protocol, number] = [stringAt(port, 'protocol'), numberAt(port, 'port')]
  return JSON.stringify({ Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 })
}

function addressFaults({ clusterIP }: JsonObject): FieldFault[] {
  if (typeof clusterIP !== 'string' || clusterIP === '' || clusterIP === 'None' || isIP(clusterIP) !== 0) return []
  return [
    invalidValue('spec.clusterIPs[0]', clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  ]
}

/** Only load balancers have addresses of their own. */
export function serviceStatusFaults(service: JsonObject): FieldFault[] {
  const ingress = listAt(service, 'status', 'loadBalancer', 'ingress')
  if (ingress.length === 0 || stringAt(service, 'spec', 'type') === 'LoadBalancer') return []
  return [forbiddenValue('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")]
}

export function serviceUpdateFaults(service: JsonObject, oldService: JsonObject): FieldFault[] {
  const before = stringAt(oldService, 'spec', 'clusterIP')
  const after = stringAt(service, 'spec', 'clusterIP')
  const mayChange = before === '' || before === after || stringAt(service, 'spec', 'type') === 'ExternalName'
  if (mayChange) return []
  return [invalidValue('spec.clusterIPs[0]', [after], 'may not change once set')]
}
