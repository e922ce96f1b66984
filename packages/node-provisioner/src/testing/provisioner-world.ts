import type { NodeProvisioner } from '../node-provisioner.ts'

/**
 * Who makes claims, and others in the place of those that vanish: the provisioner itself, the backend that it tells a
 * number, or nobody.
 */
export type ClaimsBy = 'provisioner' | 'backend' | 'nobody'

/** A provisioner and the hands that move the world behind it. */
export interface ProvisionerWorld {
  provisioner: NodeProvisioner
  advance(ms: number): Promise<void>
  /** Names of all claims of all Workspaces, sorted; those that a backend makes are made by then. */
  claims(): string[]
  /** Brings the claim's node up, complete. */
  serve(claim: string): void
  /** Ends the claim, as its backend does after a deletion or by itself. */
  vanish(claim: string): void
  /** An existing node comes up that the requests of these tests can use, as `anExistingNode` makes it. */
  offer(nodeName: string): void
  /** The existing node's object is deleted. */
  withdraw(nodeName: string): void
}
