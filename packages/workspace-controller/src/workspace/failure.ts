import { ApiError } from '@kaito/controller-kit'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'

/** Ends a pass whose next step must wait; the user reads why in the conditions. */
export class Postponed extends Error {
  override readonly name = 'Postponed'
  readonly reason: string

  constructor({ reason, message }: Refusal) {
    super(message)
    this.reason = reason
  }
}

/** What the user should read about a failed action; undefined for what repeating may cure. */
export function failureOf(error: unknown): Refusal | undefined {
  if (error instanceof Postponed) return { reason: error.reason, message: error.message }
  if (!(error instanceof ApiError)) return undefined
  const message = `the API server refused: ${error.message}`
  if (error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) {
    return { reason: 'Deleting', message: 'the namespace is being deleted, and the Workspace with it' }
  }
  if (error.status === 401 || error.status === 403) return { reason: WORKSPACE_REASONS.unauthorized, message }
  if (error.status === 400 || error.status === 422) return { reason: WORKSPACE_REASONS.invalidRequest, message }
  return undefined
}
