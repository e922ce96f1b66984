import { type JsonObject, objectAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue, itemPath, requiredValue } from '../schema/field-fault.ts'
import { parseQuantity } from '../schema/quantity.ts'

const WHOLE = 1_000_000_000n

/** Faults of what a container requests: extended resources (GPUs) are whole and never promised twice. */
export function resourceFaults(container: JsonObject, path: string): FieldFault[] {
  const limits = objectAt(container, 'resources', 'limits') ?? {}
  const requests = objectAt(container, 'resources', 'requests') ?? {}
  return [
    ...quantityFaults(limits, childPath(path, 'limits')),
    ...quantityFaults(requests, childPath(path, 'requests')),
    ...Object.keys(requests).flatMap((name) => requestFaults(name, { limits, requests }, path)),
  ]
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.startsWith('kubernetes.io/') && !name.includes('.kubernetes.io/')
}

function nanos(resources: JsonObject, name: string): bigint | undefined {
  const text = resources[name]
  return typeof text === 'string' ? parseQuantity(text)?.nanos : undefined
}

function quantityFaults(resources: JsonObject, path: string): FieldFault[] {
  return Object.keys(resources).flatMap((name) => {
    const amount = nanos(resources, name) ?? 0n
    const at = itemPath(path, name)
    if (amount < 0n) return [invalidValue(at, resources[name], 'must be greater than or equal to 0')]
    return isExtended(name) && amount % WHOLE !== 0n ? [invalidValue(at, resources[name], 'must be an integer')] : []
  })
}

interface Amounts {
  limits: JsonObject
  requests: JsonObject
}

function requestFaults(name: string, { limits, requests }: Amounts, path: string): FieldFault[] {
  const limit = nanos(limits, name)
  const request = nanos(requests, name) ?? 0n
  const at = childPath(path, 'requests')
  if (limit === undefined) {
    if (!isExtended(name)) return []
    return [requiredValue(childPath(path, 'limits'), 'Limit must be set for non overcommitable resources')]
  }
  if (isExtended(name)) {
    if (limit === request) return []
    return [invalidValue(at, requests[name], `must be equal to ${name} limit of ${limits[name]}`)]
  }
  if (request <= limit) return []
  return [invalidValue(at, requests[name], `must be less than or equal to ${name} limit of ${limits[name]}`)]
}
