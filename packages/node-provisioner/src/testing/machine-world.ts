import { NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { vi } from 'vitest'
import { createMachineNodeProvisioner } from '../machine/machine-node-provisioner.ts'
import { MACHINE_INDEXES, MACHINES } from '../machine/machine-object.ts'

interface Parts {
  /** Existing nodes on record in other Workspaces. */
  reserved?: string[]
  groupDeadlineMs?: number
}

/** The Machine provisioner over a fake cluster, and whom it tells of changes. */
export function aMachineWorld({ reserved = [], ...parts }: Parts = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const machines = cluster.cacheOf(MACHINES, MACHINE_INDEXES)
  const nodes = cluster.cacheOf(NODES)
  const reservations = vi.fn(async () => reserved)
  const sources = { client: cluster.client, machines, nodes, clock, reservations }
  const provisioner = createMachineNodeProvisioner({ ...sources, ...parts })
  const told: string[] = []
  provisioner.onChange(({ namespace, name }) => told.push(`${namespace}/${name}`))
  return { clock, cluster, machines, nodes, provisioner, told, reservations }
}
