import { type ArmError, aksError } from '../arm/arm-error.ts'
import type { Settings } from '../settings.ts'

/** AKS words every bad value of a pool in this way. */
export function invalidParameter(parameter: string, details: string): ArmError {
  return aksError({
    status: 400,
    code: 'InvalidParameter',
    message: `The value of parameter agentPoolProfile.${parameter} is invalid. Error details: ${details}. Please see https://aka.ms/aks-naming-rules for more details.`,
    target: `agentPoolProfile.${parameter}`,
  })
}

export function badRequest(message: string, target?: string): ArmError {
  return aksError({ status: 400, code: 'BadRequest', message, ...(target && { target }) })
}

export function unmarshalError(reason: string): ArmError {
  return aksError({ status: 400, code: 'UnmarshalError', message: `UnmarshalEntity encountered error: ${reason}.` })
}

export function sizeNotSupported(vmSize: string, { subscriptionId, location }: Settings): ArmError {
  return aksError({
    status: 400,
    code: 'VMSizeNotSupported',
    message: `Virtual Machine size: '${vmSize}' is not supported for subscription ${subscriptionId} in location '${location}'. Please refer to aka.ms/aks/vm-size-selector to find supported VM sizes in location '${location}'.`,
  })
}

export function zoneNotSupported(
  zones: readonly string[],
  pool: string,
  { location, zones: supported }: Settings,
): ArmError {
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(',')
  return aksError({
    status: 400,
    code: 'AvailabilityZoneNotSupported',
    message: `Preflight validation check for resource(s) for container service in resource group failed. Message: The zone(s) ${quoted(zones)} for resource '${pool}' is not supported. The supported zones for location '${location}' are ${quoted(supported)}`,
  })
}

export function propertyChangeNotAllowed(property: string): ArmError {
  const target = `properties.${property}`
  return aksError({
    status: 400,
    code: 'PropertyChangeNotAllowed',
    message: `Changing property '${target}' is not allowed.`,
    target,
  })
}

export function poolNotFound(): ArmError {
  return aksError({
    status: 404,
    code: 'NotFound',
    message: 'Could not find the agentpool',
    subcode: 'GetAgentPool_NotFound',
  })
}

function operationNotAllowed(message: string): ArmError {
  return aksError({ status: 409, code: 'OperationNotAllowed', message })
}

const PENDING =
  'please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details'

/** An operation of the cluster, or of some pool where pools are changed one at a time, is under way. */
export function anotherOperation(kind: string, of: 'cluster' | 'agentpool'): ArmError {
  const what = of === 'cluster' ? `Another operation (${kind})` : `Another agentpool operation (user - ${kind})`
  return operationNotAllowed(`Operation is not allowed: ${what} is in progress, ${PENDING}`)
}

const VERBS: Record<string, string> = { Creating: 'create', Deleting: 'delete' }

export function poolOperationInProgress(kind: string): ArmError {
  return operationNotAllowed(
    `Operation is not allowed because there's an in progress ${VERBS[kind] ?? 'update'} node pool operation`,
  )
}

export function preconditionFailed(message: string): ArmError {
  return aksError({ status: 412, code: 'PreconditionFailed', message })
}
