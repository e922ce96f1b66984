import type { AgentPoolClassSpec, Reason, Taint } from '@kaito/api'

/** Bounds one call: aborted when the process stops. */
export interface Call {
  signal: AbortSignal
}

/**
 * One machine a cloud should run for a claim. The same claim always yields the same `name`, so a repeated launch
 * addresses the same instance.
 */
export interface InstanceSpec {
  /** Name of the instance: that of its claim, or one made of its UID. `^[a-z][a-z0-9]{0,10}$` fits every backend. */
  name: string
  claimUid: string
  /** Ordinal of this launch under the claim, from 1; comes back on the instance as `launch`. */
  launch: number
  instanceType: string
  capacityType: 'on-demand' | 'spot'
  /** Undefined lets the cloud place the instance anywhere in its region. */
  zone: string | undefined
  /** Labels the Node must have when it joins. */
  labels: Record<string, string>
  /** Taints the Node must have when it joins and keep for life (startup taints are not among them). */
  taints: Taint[]
  /** Undefined takes the cloud's default for the size. */
  diskGiB: number | undefined
  /**
   * Settings of its class, `{}` for none. Priority, zones, labels and taints are in the fields above already; a cloud
   * takes from here what only it can do, and refuses with `InvalidRequest` what it cannot.
   */
  class: AgentPoolClassSpec
  /** RFC 3339 time the claim was created. */
  claimCreatedAt: string
}

/**
 * - `Creating`, `Deleting`, `Busy` (being changed by the cloud or its user): an operation runs.
 * - `Running`: the cloud is done; says nothing about the Node.
 * - `Stopped`: powered off on purpose, by its user.
 * - `Failed`: the create or last change failed; it may still bill until terminated.
 */
export type InstanceState = 'Creating' | 'Running' | 'Busy' | 'Stopped' | 'Failed' | 'Deleting'

/** What the cloud runs (or still bills) under one name. */
export interface Instance {
  name: string
  /** UID of the claim it was launched for; undefined means we did not launch it, so it is not ours to change. */
  claimUid: string | undefined
  /**
   * Not ours, but with the marks that KAITO's own provisioner leaves. Anybody can set those: they allow to ask for
   * `adopt`, nothing else.
   */
  madeByKaito: boolean
  /** From the launch that made it; undefined when not ours. */
  launch: number | undefined
  state: InstanceState
  /** Why it is `Failed`, and what the user can do about it where that is known. */
  failure: { reason: Reason; message: string; remedy?: string } | undefined
  instanceType: string
  capacityType: 'on-demand' | 'spot'
  /** Labels by which the Node of this instance can be found before its providerID is known. */
  nodeSelector: Record<string, string>
  /** RFC 3339 time of the claim behind it, from its own tag; undefined when unknown, which forbids garbage collection. */
  claimCreatedAt: string | undefined
}

/** An instance that KAITO's own provisioner made for a claim, to be ours from now on. */
export interface Adoption {
  name: string
  claimUid: string
  /** RFC 3339 time the claim was created. */
  claimCreatedAt: string
  /** Comes back on the instance as `launch`. */
  launch: number
  /** The machine that the claim records as its own (`status.providerID`): the proof that it had this instance. */
  providerID: string
}

/** The cluster as the cloud sees it. Decisions of ours that delete pause unless it is `Running`. */
export interface CloudHealth {
  state: 'Running' | 'Stopped' | 'Busy'
}

/**
 * SEAM 2: how a claim gets a machine. Nothing here waits for slow work: `launch` and `terminate` return when the cloud
 * has accepted the request, and the outcome is seen later through `get` or `list`.
 *
 * Every method rejects with `CloudError` for an answer the cloud gave or failed to give, and with `signal.reason` when
 * aborted; anything else is a bug.
 */
export interface CloudProvider {
  readonly name: string
  /** Uncached read of one instance. `undefined` is proof of absence; a failed read throws and is never absence. */
  get(name: string, call: Call): Promise<Instance | undefined>
  /** Every instance of the cluster, foreign ones too (they have no `claimUid`). A partial answer throws. */
  list(call: Call): Promise<Instance[]>
  /**
   * Asks for an instance that must not exist yet. Repeating it for the same claim UID after it was accepted succeeds and
   * changes nothing, whatever became of the instance, except that one being deleted throws `ClusterBusy`. An instance of
   * that name made for anybody else throws `NameConflict` and stays untouched.
   */
  launch(spec: InstanceSpec, call: Call): Promise<void>
  /**
   * Asks to delete the instance if, read again at once, it still belongs to `claimUid`. Resolves when the deletion is
   * accepted, already under way, or there is nothing; throws `NameConflict` when it belongs to somebody else, and
   * `ClusterBusy` when it must be repeated later, or when a launch later than `launch` made it. `again` asks once more
   * for a deletion that is under way, for one that takes too long.
   */
  terminate(instance: { name: string; claimUid: string; launch?: number; again?: boolean }, call: Call): Promise<void>
  /**
   * Marks an instance as the claim's and changes nothing else about it, if, read again at once, it is `madeByKaito` and
   * `providerID` is a machine of this very instance. Repeating it for the same claim changes nothing. Throws
   * `NameConflict` when it is anybody else's or the proof does not hold, and `ClusterBusy` when it must be looked at
   * again later: it is gone, being changed or being deleted.
   */
  adopt(adoption: Adoption, call: Call): Promise<void>
  health(call: Call): Promise<CloudHealth>
  /** What a user should know about a choice that is tried all the same, such as a size that is retired; asks nobody. */
  advice?(spec: InstanceSpec): string | undefined
  /** How many whole GPUs a machine of that size has; undefined for a size it does not know. Asks nobody. */
  gpusOf?(instanceType: string): number | undefined
}
