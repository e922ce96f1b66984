import { poolBody } from '../agent-pools/pool-body.ts'
import type { Cloud } from '../cloud.ts'
import { type HttpAnswer, json, noContent } from '../http/exchange.ts'
import { aksError } from './arm-error.ts'
import type { ArmCall } from './call.ts'
import { type Operation, operationBody } from './operation.ts'
import { operationHeaders } from './operation-headers.ts'

export function getOperation(cloud: Cloud, call: ArmCall): HttpAnswer {
  return json(200, operationBody(findOperation(cloud, call)))
}

/** 202 while it runs; then what it left: nothing, the pool, or its error. */
export function getOperationResult(cloud: Cloud, call: ArmCall): HttpAnswer {
  const operation = findOperation(cloud, call)
  if (operation.status === 'InProgress')
    return noContent(202, operationHeaders(call, operation, { settings: cloud.settings, location: true }))
  if (operation.status === 'Failed' && operation.error) throw aksError({ status: 400, ...operation.error })
  const pool = cloud.pools.get(operation.pool)
  return pool && operation.status === 'Succeeded' ? json(200, poolBody(pool, cloud.settings)) : noContent(204)
}

function findOperation({ operations, settings }: Cloud, { params }: ArmCall): Operation {
  const operation = operations.get((params.operation ?? '').toLowerCase())
  const here = params.location?.toLowerCase() === settings.location.toLowerCase()
  if (operation && here) return operation
  throw aksError({ status: 404, code: 'NotFound', message: `The operation '${params.operation ?? ''}' was not found.` })
}
