import type { Workspace } from '@kaito/api'
import type { Pod, Service } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import type { TrainingConfig } from '../workload/tuning/training-config.ts'
import type { Workload } from '../workload/workload.ts'
import type { Order } from './order.ts'
import type { Refusal } from './refusal.ts'

/** All that a pass decides from. */
export interface Observed {
  workspace: Workspace
  /** Milliseconds since the epoch. */
  now: number
  /** Why the Workspace cannot be served; then nothing else is looked at. */
  refusal?: Refusal
  order?: Order
  supply?: NodeSupply
  /** Type of the condition that says how far the claims are; undefined when nodes come without claims. */
  claimsCondition?: string | undefined
  /** Something of the user's that the workload needs; looked for before anything is bought or started. */
  lack?: Refusal | undefined
  /** Of a tuning that is about to start. */
  trainingConfig?: TrainingConfig | undefined
  /** What stands under the Workspace's name, whoever made it, of the kind that the order needs. */
  workload?: Workload | undefined
  /** Those of the names that the order needs, whoever made them. */
  services?: Service[]
  pods?: Pod[]
  /** In this pass nodes that are needed no longer were seen to be gone. */
  hasGivenBack?: boolean
}
