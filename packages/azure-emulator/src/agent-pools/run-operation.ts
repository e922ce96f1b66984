import type { ErrorDetail } from '../arm/arm-error.ts'
import type { Operation } from '../arm/operation.ts'
import type { Cloud } from '../cloud.ts'
import type { Pool } from './pool.ts'
import { publishPool } from './pool-body.ts'

interface Course {
  /** The provisioning state it shows. */
  kind: string
  /** Undefined: it never ends. */
  seconds: number | undefined
  /** Runs when the time is up; the error makes the operation fail. */
  end: () => ErrorDetail | undefined
}

/** Starts the operation that the pool now shows; the caller has made sure that no other runs. */
export function runOperation(cloud: Cloud, pool: Pool, { kind, seconds, end }: Course): Operation {
  const operation: Operation = {
    id: cloud.newId(),
    kind,
    pool: pool.name,
    status: 'InProgress',
    startedAt: cloud.clock.now(),
    endedAt: undefined,
    error: undefined,
    cancelTimer: () => undefined,
  }
  cloud.operations.set(operation.id, operation)
  pool.operation = operation
  pool.provisioningState = kind
  publishPool(cloud, pool)
  if (seconds !== undefined)
    operation.cancelTimer = cloud.clock.after(seconds * 1000, () => {
      const error = end()
      endOperation(cloud, operation, { status: error ? 'Failed' : 'Succeeded', error })
      if (cloud.pools.get(pool.name) === pool) settle(cloud, pool, error)
    })
  return operation
}

/** How an operation ends. */
interface Ending {
  status: 'Succeeded' | 'Failed' | 'Canceled'
  error?: ErrorDetail | undefined
}

/** Ends the operation alone; what its pool shows is the caller's to say. */
export function endOperation(cloud: Cloud, operation: Operation, { status, error }: Ending): void {
  operation.cancelTimer()
  operation.status = status
  operation.endedAt = cloud.clock.now()
  operation.error = error
}

/** The pool shows how its operation ended. */
export function settle(cloud: Cloud, pool: Pool, error: ErrorDetail | undefined): void {
  pool.provisioningState = error ? 'Failed' : 'Succeeded'
  pool.provisioningError = error
  publishPool(cloud, pool)
  const { tags, vmSize } = pool.properties
  cloud.ledger.record({
    op: error ? 'failed' : 'succeeded',
    pool: pool.name,
    vmSize,
    ...(tags && { tags }),
    caller: 'azure',
    etag: pool.etag,
    detail: error ? `${pool.operation?.kind}: ${error.code}` : String(pool.operation?.kind),
  })
}
