import { StatusError } from '../status-error.ts'

function hasReason(error: unknown, ...reasons: string[]): boolean {
  return error instanceof StatusError && reasons.includes(error.status.reason ?? '')
}

/** The object is not there. */
export function isMissing(error: unknown): boolean {
  return hasReason(error, 'NotFound')
}

/** An object of that name is there already. */
export function isTaken(error: unknown): boolean {
  return hasReason(error, 'AlreadyExists')
}

/** Somebody else was faster, the object vanished, or its namespace is on its way out: look again, no fault. */
export function isLostRace(error: unknown): boolean {
  return hasReason(error, 'Conflict', 'NotFound', 'AlreadyExists') || isLeavingNamespace(error)
}

function isLeavingNamespace(error: unknown): boolean {
  return hasReason(error, 'Forbidden') && error instanceof StatusError && error.message.includes('being terminated')
}
