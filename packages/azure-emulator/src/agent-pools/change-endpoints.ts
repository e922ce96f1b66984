import { createHash } from 'node:crypto'
import { z } from 'zod'
import { aksError } from '../arm/arm-error.ts'
import type { ArmCall } from '../arm/call.ts'
import { operationHeaders } from '../arm/operation-headers.ts'
import type { LedgerEntry } from '../billing/ledger.ts'
import type { Cloud } from '../cloud.ts'
import { checkQuota } from '../compute/quota.ts'
import { type HttpAnswer, json, noContent } from '../http/exchange.ts'
import {
  requireIdle,
  requireNotLastSystemPool,
  requireRoomForPool,
  requireStoppable,
  requireUnchanged,
} from './change-guards.ts'
import { withDefaults } from './defaults.ts'
import { createPool, deletePool, updatePool } from './lifecycle.ts'
import { deleteMachines } from './machine-deletion.ts'
import { isBusy, type Pool } from './pool.ts'
import { poolBody, publishPool } from './pool-body.ts'
import { checkPreconditions } from './preconditions.ts'
import type { RequestProperties } from './properties.ts'
import { poolNotFound } from './refusals.ts'
import { parseJsonBody, parsePoolRequest } from './request-body.ts'
import { endOperation } from './run-operation.ts'
import { validatePool } from './validation.ts'

export function putPool(cloud: Cloud, call: ArmCall): HttpAnswer {
  const name = call.params.pool ?? ''
  const existing = findPool(cloud, name)
  const asked = parsePoolRequest(call.request.body)
  checkPreconditions(call.request.headers, existing?.etag)
  requireIdle(cloud, existing, 'put')
  if (existing) {
    requireUnchanged(existing, asked)
    requireStoppable(existing, asked)
  }
  const { pool, operation } = applyPut(cloud, { name, existing, asked })
  const status = existing ? 200 : 201
  recordRequest(cloud, call, { op: 'put', pool, status })
  const headers = operationHeaders(call, operation, { settings: cloud.settings, location: false })
  return json(status, poolBody(pool, cloud.settings), headers)
}

function applyPut(cloud: Cloud, put: { name: string; existing: Pool | undefined; asked: RequestProperties }) {
  const { name, existing, asked } = put
  const { settings, pools } = cloud
  const merged: RequestProperties = { ...existing?.properties, ...asked }
  const size = validatePool(name, merged, settings)
  const properties = withDefaults(merged, size, settings)
  if (!existing) requireRoomForPool(cloud)
  const extraMachines = properties.count - (existing?.properties.count ?? 0)
  const lateError = checkQuota(
    { size, spot: properties.scaleSetPriority === 'Spot', extraMachines },
    pools.values(),
    settings,
  )
  const wanted = { properties, lateError, power: asked.powerState?.code }
  return existing ? { pool: existing, operation: updatePool(cloud, existing, wanted) } : createPool(cloud, name, wanted)
}

export function deletePoolEndpoint(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = findPool(cloud, call.params.pool ?? '')
  if (!pool) {
    recordRequest(cloud, call, { op: 'delete', pool: undefined, status: 204 })
    return noContent(204)
  }
  const ifMatch = call.request.headers['if-match']
  checkPreconditions(ifMatch ? { 'if-match': ifMatch } : {}, pool.etag)
  requireIdle(cloud, pool, 'delete')
  requireNotLastSystemPool(cloud, pool)
  const operation = deletePool(cloud, pool)
  return accepted(cloud, call, { op: 'delete', pool, operation })
}

export function abortPoolOperation(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = requirePool(cloud, call)
  const { operation } = pool
  if (!operation || !isBusy(pool)) return noContent(204)
  endOperation(cloud, operation, {
    status: 'Canceled',
    error: { code: 'OperationCanceled', message: 'The operation was canceled.' },
  })
  for (const machine of pool.machines) machine.cancelJoin()
  pool.provisioningState = 'Canceled'
  publishPool(cloud, pool)
  return accepted(cloud, call, { op: 'abort', pool, operation })
}

const machineNamesSchema = z.object({ machineNames: z.array(z.string()).min(1) })

export function deletePoolMachines(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = requirePool(cloud, call)
  const names = machineNamesSchema.safeParse(parseJsonBody(call.request.body)).data?.machineNames ?? []
  requireIdle(cloud, pool, 'put')
  const machines = pool.machines.filter(({ name }) => names.includes(name))
  if (machines.length === 0)
    throw aksError({
      status: 400,
      code: 'InvalidParameter',
      message: `Cannot find any valid machines to delete. Please check your input machine names. The valid machines to delete in agent pool '${pool.name}' are: ${pool.machines.map(({ name }) => name).join(', ')}.`,
    })
  return accepted(cloud, call, { op: 'deleteMachines', pool, operation: deleteMachines(cloud, pool, machines) })
}

export function findPool(cloud: Cloud, name: string): Pool | undefined {
  return cloud.pools.get(name.toLowerCase()) ?? cloud.pools.get(name)
}

export function requirePool(cloud: Cloud, call: ArmCall): Pool {
  const pool = findPool(cloud, call.params.pool ?? '')
  if (!pool) throw poolNotFound()
  return pool
}

type Accepted = { op: LedgerEntry['op']; pool: Pool; operation: NonNullable<Pool['operation']> }

function accepted(cloud: Cloud, call: ArmCall, { op, pool, operation }: Accepted): HttpAnswer {
  recordRequest(cloud, call, { op, pool, status: 202 })
  return noContent(202, operationHeaders(call, operation, { settings: cloud.settings, location: true }))
}

/** Puts a request that was taken on the ledger. */
export function recordRequest(
  cloud: Cloud,
  { request, caller, correlationId, params }: ArmCall,
  { op, pool, status }: { op: LedgerEntry['op']; pool: Pool | undefined; status: number },
): void {
  const clientRequestId = request.headers['x-ms-client-request-id']
  const { vmSize, count, tags } = pool?.properties ?? {}
  cloud.ledger.record({
    op,
    pool: pool?.name ?? params.pool ?? '',
    caller,
    correlationId,
    status,
    ...(clientRequestId && { clientRequestId }),
    ...(request.body && { bodyHash: createHash('sha256').update(request.body).digest('hex') }),
    ...(vmSize && { vmSize }),
    ...(count !== undefined && { count }),
    ...(tags && { tags: { ...tags } }),
    ...(pool && { etag: pool.etag }),
  })
}
