import type { Cloud } from '../cloud.ts'
import { findVmSize } from '../compute/vm-sizes.ts'
import { withDefaults } from './defaults.ts'
import { createPool, deletePool, updatePool } from './lifecycle.ts'
import { loseMachines } from './machine-deletion.ts'
import { refreshNodes, setPower } from './machines.ts'
import { upgradeNodeImage } from './node-image-upgrade.ts'
import { isBusy, type Pool } from './pool.ts'
import { publishPool } from './pool-body.ts'
import type { PoolProperties, RequestProperties } from './properties.ts'
import { anotherOperation } from './refusals.ts'

/** Changes by people and by Azure itself, past the client under test. Each throws for a name without a pool. */
export interface OutOfBand {
  /** Creates a pool as the portal would, without tags or labels of anybody. */
  create(name: string, properties: RequestProperties & { vmSize: string }): void
  /** Replaces members of the pool at once, e.g. tags or nodeLabels. */
  edit(name: string, properties: RequestProperties): void
  scale(name: string, count: number): void
  delete(name: string): void
  /** Takes machines away without an operation, as a spot eviction does; all of them unless told how many. */
  evict(name: string, machines?: number): void
  /** Removes and registers the Nodes again under their names, with a new boot ID, during an operation. */
  reimage(name: string): void
  /** Ends or starts the pool's machines by its power state. */
  power(name: string, state: 'Running' | 'Stopped'): void
}

export function outOfBand(cloud: Cloud): OutOfBand {
  const change = (name: string, detail: string, act: (pool: Pool) => void) => {
    const pool = cloud.pools.get(name)
    if (!pool) throw new Error(`There is no agent pool ${name}`)
    cloud.ledger.record({ op: 'outOfBand', pool: name, vmSize: pool.properties.vmSize, caller: 'outOfBand', detail })
    act(pool)
  }
  return {
    create: (name, properties) => createUnattended(cloud, name, properties),
    edit: (name, properties) =>
      change(name, 'edit', (pool) => {
        pool.properties = completed(cloud, { ...pool.properties, ...properties })
        publishPool(cloud, pool)
        refreshNodes(cloud, pool)
      }),
    scale: (name, count) =>
      change(name, `scale to ${count}`, (pool) => {
        requireRest(pool)
        updatePool(cloud, pool, { properties: { ...pool.properties, count }, lateError: undefined })
      }),
    delete: (name) => change(name, 'delete', (pool) => void deletePool(cloud, pool)),
    evict: (name, machines) =>
      change(name, 'evict', (pool) =>
        loseMachines(cloud, pool, pool.machines.slice(0, machines ?? pool.machines.length)),
      ),
    reimage: (name) =>
      change(name, 'reimage', (pool) => {
        requireRest(pool)
        upgradeNodeImage(cloud, pool)
      }),
    power: (name, state) => change(name, `power ${state}`, (pool) => power(cloud, pool, state)),
  }
}

function createUnattended(cloud: Cloud, name: string, properties: RequestProperties): void {
  if (cloud.pools.has(name)) throw new Error(`There is an agent pool ${name} already`)
  const { pool } = createPool(cloud, name, { properties: completed(cloud, properties), lateError: undefined })
  const { vmSize } = pool.properties
  cloud.ledger.record({ op: 'outOfBand', pool: name, vmSize, caller: 'outOfBand', detail: 'create' })
}

function completed({ settings }: Cloud, properties: RequestProperties): PoolProperties {
  const size = findVmSize(properties.vmSize ?? '')
  if (!size) throw new Error(`Unknown VM size ${properties.vmSize}`)
  return withDefaults(properties, size, settings)
}

function requireRest(pool: Pool): void {
  if (isBusy(pool)) throw anotherOperation(pool.provisioningState, 'agentpool')
}

function power(cloud: Cloud, pool: Pool, state: 'Running' | 'Stopped'): void {
  requireRest(pool)
  setPower(cloud, pool, state)
  publishPool(cloud, pool)
}
