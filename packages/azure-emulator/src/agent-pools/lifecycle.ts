import type { ErrorDetail } from '../arm/arm-error.ts'
import type { Operation } from '../arm/operation.ts'
import type { Cloud } from '../cloud.ts'
import { provisioningError } from '../compute/allocation-errors.ts'
import { type Placement, placeMachines } from '../compute/capacity.ts'
import type { PoolFault } from '../faults/pool-fault.ts'
import { addMachines, billFor, joinMissing, refreshNodes, removeMachines, setPower } from './machines.ts'
import { isBusy, type Pool } from './pool.ts'
import type { PoolProperties } from './properties.ts'
import { endOperation, runOperation, settle } from './run-operation.ts'

// Compute refused: there is no machine, where other failures leave one behind.
const WITHOUT_MACHINES = /^(QuotaExceeded|SkuNotAvailable|.*Allocation(Failed|Request))$/

/** Accepts a pool. `lateError` is a refusal that Azure notices only while it works. */
export function createPool(
  cloud: Cloud,
  name: string,
  wanted: { properties: PoolProperties; lateError: ErrorDetail | undefined },
): { pool: Pool; operation: Operation } {
  const pool: Pool = {
    name,
    properties: wanted.properties,
    etag: cloud.newId(),
    provisioningState: 'Creating',
    provisioningError: undefined,
    powerState: 'Running',
    operation: undefined,
    machines: [],
    nextMachineId: 0,
    fault: takeFault(cloud, name, wanted.properties),
    builtIn: false,
  }
  cloud.pools.set(name, pool)
  return { pool, operation: launchMachines(cloud, pool, { kind: 'Creating', lateError: wanted.lateError }) }
}

const POWERING = { Running: 'Starting', Stopped: 'Stopping' }

/** Brings an existing pool to new properties, retrying what had failed. */
export function updatePool(
  cloud: Cloud,
  pool: Pool,
  wanted: {
    properties: PoolProperties
    lateError: ErrorDetail | undefined
    power?: Pool['powerState'] | undefined
  },
): Operation {
  const previous = pool.properties.count
  pool.properties = wanted.properties
  const { count } = pool.properties
  if (count > pool.machines.length) {
    pool.fault = takeFault(cloud, pool.name, pool.properties)
    return launchMachines(cloud, pool, { kind: count > previous ? 'Scaling' : 'Updating', lateError: wanted.lateError })
  }
  const power = wanted.power === pool.powerState ? undefined : wanted.power
  return runOperation(cloud, pool, {
    kind: power ? POWERING[power] : count < pool.machines.length ? 'Scaling' : 'Updating',
    seconds: cloud.settings.updateSeconds,
    end: () => {
      removeMachines(cloud, pool, pool.machines.slice(count))
      billFor(cloud, pool, count)
      refreshNodes(cloud, pool)
      joinMissing(cloud, pool)
      if (power) setPower(cloud, pool, power)
      return undefined
    },
  })
}

/** Starts the deletion; whatever else ran on the pool ends as preempted. */
export function deletePool(cloud: Cloud, pool: Pool): Operation {
  const { settings } = cloud
  if (pool.operation && isBusy(pool))
    endOperation(cloud, pool.operation, {
      status: 'Failed',
      error: provisioningError('AKSOperationPreemptedByDelete', context(cloud, pool)),
    })
  for (const machine of pool.machines) machine.cancelJoin()
  const { delete: fault, deleteSeconds = settings.deleteSeconds } = pool.fault ?? {}
  if (fault === 'stuck')
    return runOperation(cloud, pool, { kind: 'Deleting', seconds: undefined, end: () => undefined })
  return runOperation(cloud, pool, {
    kind: 'Deleting',
    seconds: fault?.afterSeconds ?? deleteSeconds,
    end: () => {
      if (fault) return provisioningError(fault.code, context(cloud, pool, fault.message))
      removePool(cloud, pool)
      return undefined
    },
  })
}

/** The pool is gone, and its bill ends. */
function removePool(cloud: Cloud, pool: Pool): void {
  removeMachines(cloud, pool, pool.machines)
  cloud.pools.delete(pool.name)
  cloud.views.publish(pool.name, undefined)
  billFor(cloud, pool, 0)
  cloud.ledger.record({ op: 'gone', pool: pool.name, vmSize: pool.properties.vmSize, caller: 'azure' })
}

interface Launch {
  kind: string
  lateError: ErrorDetail | undefined
}

function launchMachines(cloud: Cloud, pool: Pool, { kind, lateError }: Launch): Operation {
  const { settings } = cloud
  const { create: fault, createSeconds = settings.createSeconds } = pool.fault ?? {}
  billFor(cloud, pool, pool.properties.count)
  const failure = lateError ?? plannedFailure(cloud, pool, fault)
  const placement =
    failure && WITHOUT_MACHINES.test(failure.code) ? failure : placeMachines(pool, cloud.pools.values(), settings)
  const error = 'code' in placement ? placement : failure
  const recovery = typeof fault === 'object' ? fault.recoversAfterSeconds : undefined
  if (isPlacement(placement))
    addMachines(cloud, pool, { zone: placement.zone, joinSeconds: createSeconds - settings.nodeJoinSeconds })
  const failSeconds =
    (typeof fault === 'object' ? fault.afterSeconds : undefined) ?? Math.min(settings.failSeconds, createSeconds)
  return runOperation(cloud, pool, {
    kind,
    seconds: fault === 'stuck' ? undefined : error ? failSeconds : createSeconds,
    end: () => {
      if (error && recovery !== undefined) cloud.clock.after(recovery * 1000, () => recover(cloud, pool, createSeconds))
      return error
    },
  })
}

function isPlacement(value: Placement | ErrorDetail): value is Placement {
  return 'zone' in value
}

function plannedFailure(cloud: Cloud, pool: Pool, fault: PoolFault['create']): ErrorDetail | undefined {
  return typeof fault === 'object' ? provisioningError(fault.code, context(cloud, pool, fault.message)) : undefined
}

/** AKS has been seen to report a failure and to succeed afterwards all the same. */
function recover(cloud: Cloud, pool: Pool, createSeconds: number): void {
  if (cloud.pools.get(pool.name) !== pool || pool.provisioningState !== 'Failed') return
  addMachines(cloud, pool, { zone: pool.properties.availabilityZones?.[0], joinSeconds: Math.min(createSeconds, 1) })
  settle(cloud, pool, undefined)
}

function takeFault(cloud: Cloud, pool: string, { vmSize }: PoolProperties): PoolFault | undefined {
  const entry = cloud.poolFaults.find(
    ({ fault, left }) =>
      left > 0 &&
      (fault.pool === undefined || fault.pool === pool) &&
      (fault.vmSize === undefined || fault.vmSize === vmSize),
  )
  if (entry) entry.left -= 1
  return entry?.fault
}

function context(cloud: Cloud, { properties }: Pool, ...[message]: [message?: string | undefined]) {
  const zone = properties.availabilityZones?.[0]
  return {
    vmSize: properties.vmSize,
    location: cloud.settings.location,
    ...(zone && { zone }),
    ...(message && { message }),
  }
}
