import { isJsonObject, type JsonObject } from '../json.ts'
import { builtInType, type FieldType } from '../schema/built-in-type.ts'
import { childPath, type FieldFault, invalidValue, itemPath, requiredValue } from '../schema/field-fault.ts'

export const PORT_RANGE = 'must be between 1 and 65535, inclusive'

/** Fields that the API calls required but takes as empty when they are absent. */
const MAY_BE_ABSENT = new Set([
  'V1HTTPHeader.value',
  'V1NodeSelector.nodeSelectorTerms',
  'V1EndpointSlice.endpoints',
  'V1StatefulSetSpec.serviceName',
  'V1DaemonSetSpec.selector',
  'V1CSINodeSpec.drivers',
  'V1DeploymentSpec.template',
  'V1StatefulSetSpec.template',
  'V1DaemonSetSpec.template',
  'V1JobSpec.template',
  'V1PriorityClass.value',
  'V1ControllerRevision.revision',
])
const EXPLAINED: Record<string, string> = { 'V1PolicyRule.verbs': 'verbs must contain at least one value' }
const PORTS = new Set(['V1ServicePort.port', 'V1HTTPGetAction.port', 'V1TCPSocketAction.port'])

/** Required fields that an object of a built-in type lacks, at any depth. */
export function requiredFaults(value: JsonObject, model: string, path: string): FieldFault[] {
  return [...builtInType(model)].flatMap(([name, { type, required }]) => {
    const at = childPath(path, name)
    const found = value[name]
    if (found !== undefined && found !== null) return faultsBelow(found, type, at)
    const field = `${model}.${name}`
    if (!required || MAY_BE_ABSENT.has(field)) return []
    return [PORTS.has(field) ? invalidValue(at, 0, PORT_RANGE) : requiredValue(at, EXPLAINED[field])]
  })
}

function faultsBelow(value: unknown, type: FieldType, path: string): FieldFault[] {
  if (type.form === 'scalar') return []
  if (type.form === 'struct') return isJsonObject(value) ? requiredFaults(value, type.model, path) : []
  if (Array.isArray(value)) return value.flatMap((item, index) => faultsBelow(item, type.of, itemPath(path, index)))
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([name, item]) => faultsBelow(item, type.of, itemPath(path, name)))
    : []
}
