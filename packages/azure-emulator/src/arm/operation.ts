import type { ErrorDetail } from './arm-error.ts'

/** A long-running operation of the resource provider. */
export interface Operation {
  id: string
  /** The provisioning state it shows while it runs. */
  kind: string
  pool: string
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'
  startedAt: number
  endedAt: number | undefined
  error: ErrorDetail | undefined
  /** Stops its timer. */
  cancelTimer: () => void
}

/** `OperationStatusResult` as AKS sends it. */
export function operationBody({ id, status, startedAt, endedAt, error }: Operation): Record<string, unknown> {
  return {
    name: id,
    status,
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && { endTime: new Date(endedAt).toISOString() }),
    ...(error && { error }),
  }
}
