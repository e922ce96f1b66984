import { type JsonObject, numberAt, objectAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue, requiredValue } from '../schema/field-fault.ts'

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe']
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc']
const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']

/** Faults of a container's probes: each asks in one way, and its times are not negative. */
export function probeFaults(container: JsonObject, path: string): FieldFault[] {
  return PROBES.flatMap((name) => {
    const probe = objectAt(container, name)
    const at = childPath(path, name)
    if (probe === undefined) return []
    const handlers = HANDLERS.filter((handler) => probe[handler] !== undefined)
    const missing = handlers.length === 0 ? [requiredValue(at, 'must specify a handler type')] : []
    const negative = COUNTS.filter((count) => (numberAt(probe, count) ?? 0) < 0)
    return [
      ...missing,
      ...negative.map((count) =>
        invalidValue(childPath(at, count), probe[count], 'must be greater than or equal to 0'),
      ),
    ]
  })
}
