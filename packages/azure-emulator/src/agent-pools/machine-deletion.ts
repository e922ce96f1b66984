import type { Operation } from '../arm/operation.ts'
import type { Cloud } from '../cloud.ts'
import { billFor, removeMachines } from './machines.ts'
import type { Machine, Pool } from './pool.ts'
import { publishPool } from './pool-body.ts'
import { runOperation } from './run-operation.ts'

/** Deletes single machines; the pool wants so many fewer afterwards. */
export function deleteMachines(cloud: Cloud, pool: Pool, machines: readonly Machine[]): Operation {
  return runOperation(cloud, pool, {
    kind: 'Deleting',
    seconds: cloud.settings.deleteSeconds,
    end: () => {
      loseMachines(cloud, pool, machines)
      return undefined
    },
  })
}

/** Machines vanish at once, as a spot eviction with the policy `Delete` does it. */
export function loseMachines(cloud: Cloud, pool: Pool, machines: readonly Machine[]): void {
  removeMachines(cloud, pool, machines)
  pool.properties = { ...pool.properties, count: pool.machines.length }
  billFor(cloud, pool, pool.machines.length)
  publishPool(cloud, pool)
}
