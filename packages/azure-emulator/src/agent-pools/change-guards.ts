import { aksError } from '../arm/arm-error.ts'
import type { Cloud } from '../cloud.ts'
import { requireOperableCluster } from '../cluster/cluster-operations.ts'
import { isBusy, type Pool } from './pool.ts'
import { nodeImageVersion } from './pool-body.ts'
import { IMMUTABLE, type RequestProperties } from './properties.ts'
import {
  anotherOperation,
  badRequest,
  invalidParameter,
  poolOperationInProgress,
  propertyChangeNotAllowed,
} from './refusals.ts'

/** Throws the 409 of a cluster or pool that is being changed; a delete may preempt what runs on its own pool. */
export function requireIdle(cloud: Cloud, pool: Pool | undefined, change: 'put' | 'delete'): void {
  requireOperableCluster(cloud)
  const preempts = change === 'delete' && pool?.provisioningState !== 'Deleting'
  if (pool && isBusy(pool) && !preempts) throw poolOperationInProgress(pool.provisioningState)
  if (cloud.settings.parallelPoolOperations) return
  const other = [...cloud.pools.values()].find((candidate) => candidate !== pool && isBusy(candidate))
  if (other) throw anotherOperation(other.provisioningState, 'agentpool')
}

export function requireRoomForPool({ pools, settings }: Cloud): void {
  if (pools.size >= settings.maxAgentPools)
    throw badRequest(
      `The number of agent pools exceeds the maximum of ${settings.maxAgentPools} agent pools that a managed cluster can have.`,
    )
}

export function requireUnchanged(pool: Pool, wanted: RequestProperties): void {
  const before: RequestProperties = pool.properties
  for (const property of IMMUTABLE) {
    const asked = wanted[property]
    if (asked === undefined || (property === 'osDiskSizeGB' && asked === 0)) continue
    if (normalized(asked) !== normalized(before[property])) throw propertyChangeNotAllowed(property)
  }
  requireOwnImage(pool, wanted)
}

/** As the API description has it: only a running pool whose last operation succeeded can be stopped. */
export function requireStoppable(pool: Pool, { powerState }: RequestProperties): void {
  if (powerState?.code !== 'Stopped' || pool.powerState === 'Stopped' || pool.provisioningState === 'Succeeded') return
  throw aksError({
    status: 400,
    code: 'OperationNotAllowed',
    message: `agent pool is in Provisioning State(${pool.provisioningState}) and Power State(${pool.powerState}), stopping cannot be performed`,
  })
}

/** A node image version asks for a rollback, and the emulator's pools have none behind them; their own is no change. */
function requireOwnImage(pool: Pool, { nodeImageVersion: asked }: RequestProperties): void {
  if (asked && asked !== nodeImageVersion(pool))
    throw invalidParameter('nodeImageVersion', `'${asked}' is not a recently used version of the agent pool`)
}

function normalized(value: unknown): string {
  return JSON.stringify(value ?? null).toLowerCase()
}

/** A cluster keeps at least one system pool. */
export function requireNotLastSystemPool(cloud: Cloud, pool: Pool): void {
  const systemPools = [...cloud.pools.values()].filter(({ properties }) => properties.mode === 'System')
  if (systemPools.length === 1 && systemPools[0] === pool)
    throw badRequest('There has to be at least one system agent pool.')
}
