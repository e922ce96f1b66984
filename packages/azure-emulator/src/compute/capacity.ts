import type { Pool } from '../agent-pools/pool.ts'
import type { ErrorDetail } from '../arm/arm-error.ts'
import type { Capacity, Settings } from '../settings.ts'
import { provisioningError } from './allocation-errors.ts'

export interface Placement {
  /** Undefined: placed by region. */
  zone: string | undefined
}

/** Where the pool's machines go, or why Azure cannot place them. Machines of other pools take room; failed pools take none. */
export function placeMachines(pool: Pool, others: Iterable<Pool>, settings: Settings): Placement | ErrorDetail {
  const placed = [...others].filter((other) => other.name !== pool.name && other.machines.length > 0)
  const zones = pool.properties.availabilityZones?.length ? pool.properties.availabilityZones : [undefined]
  const refusals: { zone: string | undefined; row: Capacity }[] = []
  for (const zone of zones) {
    const row = settings.capacities.find((candidate) => isExhausted(candidate, { pool, zone, placed }))
    if (!row) return { zone }
    refusals.push({ zone, row })
  }
  const refusal = refusals.at(-1)
  const code = refusal?.row.code ?? (refusal?.zone ? 'ZonalAllocationFailed' : 'AllocationFailed')
  return provisioningError(code, {
    vmSize: pool.properties.vmSize,
    location: settings.location,
    ...(refusal?.zone && { zone: refusal.zone }),
  })
}

interface Demand {
  pool: Pool
  zone: string | undefined
  placed: readonly Pool[]
}

function isExhausted(row: Capacity, { pool, zone, placed }: Demand): boolean {
  const applies = (other: Pool, otherZone: string | undefined) =>
    other.properties.vmSize.toLowerCase() === row.vmSize.toLowerCase() &&
    (row.zone === undefined || row.zone === otherZone) &&
    (row.priority === undefined || row.priority === other.properties.scaleSetPriority)
  if (!applies(pool, zone)) return false
  const used = placed.flatMap((other) => other.machines.filter((machine) => applies(other, machine.zone))).length
  return used + pool.properties.count > row.available
}
