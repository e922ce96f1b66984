import { type Cloud, scaleSetName } from '../cloud.ts'
import { findVmSize } from '../compute/vm-sizes.ts'
import { nodeObject } from '../nodes/node-object.ts'
import type { Machine, Pool } from './pool.ts'

const MACHINE_ID_DIGITS = 6

/** Adds machines until the pool has as many as it wants; each Node joins `joinSeconds` from now. */
export function addMachines(cloud: Cloud, pool: Pool, placed: { zone: string | undefined; joinSeconds: number }): void {
  while (pool.machines.length < pool.properties.count) {
    const id = pool.nextMachineId
    pool.nextMachineId += 1
    const name = `${scaleSetName(cloud.settings, pool.name)}${id.toString(36).padStart(MACHINE_ID_DIGITS, '0')}`
    const machine: Machine = {
      id,
      name,
      zone: placed.zone,
      bootId: cloud.newId(),
      ip: nextAddress(cloud),
      joined: false,
      cancelJoin: () => undefined,
    }
    pool.machines.push(machine)
    joinLater(cloud, { pool, machine, seconds: placed.joinSeconds })
  }
}

// AKS puts the machines of all pools into one subnet, 10.224.0.0/16 unless told otherwise.
function nextAddress({ cluster }: Cloud): string {
  cluster.lastAddress += 1
  return `10.224.${(cluster.lastAddress >> 8) & 255}.${cluster.lastAddress & 255}`
}

function joinLater(cloud: Cloud, { pool, machine, seconds }: { pool: Pool; machine: Machine; seconds: number }): void {
  const fault = pool.fault?.join
  if (fault === 'never') return
  const wait = Math.max(0, seconds) + (fault ?? 0)
  machine.cancelJoin()
  machine.cancelJoin = cloud.clock.after(wait * 1000, () => {
    machine.joined = true
    cloud.nodes.join(nodeObject(pool, machine, cloud.settings))
  })
}

function leave(cloud: Cloud, machine: Machine): void {
  machine.cancelJoin()
  machine.joined = false
  cloud.nodes.leave(machine.name)
}

/** Labels set on the pool reach the Nodes it already has. */
export function refreshNodes(cloud: Cloud, pool: Pool): void {
  for (const machine of pool.machines)
    if (machine.joined) cloud.nodes.relabel(nodeObject(pool, machine, cloud.settings))
}

/** AKS brings in the machines of a running pool that have no Node yet. */
export function joinMissing(cloud: Cloud, pool: Pool): void {
  if (pool.powerState === 'Stopped') return
  for (const machine of pool.machines) if (!machine.joined) joinLater(cloud, { pool, machine, seconds: 0 })
}

/** The Nodes go, the machines stay. */
export function removeNodes(cloud: Cloud, pool: Pool): void {
  for (const machine of pool.machines) leave(cloud, machine)
}

export function removeMachines(cloud: Cloud, pool: Pool, machines: readonly Machine[]): void {
  for (const machine of machines) leave(cloud, machine)
  pool.machines = pool.machines.filter((machine) => !machines.includes(machine))
}

/** Azure bills for what a running pool asked for, whether or not a machine came of it, until the pool is gone. */
export function billFor(cloud: Cloud, pool: Pool, machines: number): void {
  if (pool.builtIn) return
  const { vmSize } = pool.properties
  cloud.ledger.bill({
    name: pool.name,
    vmSize,
    gpus: findVmSize(vmSize)?.gpus ?? 0,
    machines: pool.powerState === 'Running' ? machines : 0,
  })
}

/** Stops or starts the machines of a pool. A stopped pool keeps its machines, without Nodes, and bills nothing. */
export function setPower(cloud: Cloud, pool: Pool, state: 'Running' | 'Stopped'): void {
  pool.powerState = state
  billFor(cloud, pool, pool.properties.count)
  if (state === 'Stopped') removeNodes(cloud, pool)
  else joinMissing(cloud, pool)
}
