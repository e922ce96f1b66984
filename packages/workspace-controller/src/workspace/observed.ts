import type { Workspace } from '@kaito/api'
import type { Deployment, Pod, Service } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import type { Refusal } from './order.ts'

/** All that a pass decides from. */
export interface Observed {
  workspace: Workspace
  /** Milliseconds since the epoch. */
  now: number
  /** Why the Workspace cannot be served; then nothing else is looked at. */
  refusal?: Refusal
  supply?: NodeSupply
  /** Type of the condition that says how far the claims are; undefined when nodes come without claims. */
  claimsCondition?: string | undefined
  /** What the order renders to. */
  wanted?: { deployment: Deployment; service: Service }
  /** What stands under the Workspace's name, whoever made it. */
  deployment?: Deployment | undefined
  service?: Service | undefined
  pods?: Pod[]
}
