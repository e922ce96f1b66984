import type { ErrorDetail } from '../arm/arm-error.ts'
import type { Operation } from '../arm/operation.ts'
import type { PoolFault } from '../faults/pool-fault.ts'
import type { PoolProperties } from './properties.ts'

/** One virtual machine of a pool's scale set. */
export interface Machine {
  /** Decimal instance id in the scale set. */
  id: number
  /** Name of the machine and of its Node. */
  name: string
  /** Undefined: placed by region. */
  zone: string | undefined
  bootId: string
  /** IPv4 address in the cluster's subnet; no other machine has it. */
  ip: string
  /** Its Node has been registered. */
  joined: boolean
  /** Withdraws the join that is still to come. */
  cancelJoin: () => void
}

/** An agent pool as the cluster knows it, from the accepted PUT until it is gone. */
export interface Pool {
  name: string
  properties: PoolProperties
  etag: string
  /** `Succeeded` and `Failed` are at rest; anything else names a running operation. */
  provisioningState: string
  provisioningError: ErrorDetail | undefined
  powerState: 'Running' | 'Stopped'
  operation: Operation | undefined
  machines: Machine[]
  nextMachineId: number
  fault: PoolFault | undefined
  /** Came with the cluster: not on the bill that the ledger keeps. */
  builtIn: boolean
}

export function isBusy(pool: Pool): boolean {
  return pool.operation?.status === 'InProgress'
}
