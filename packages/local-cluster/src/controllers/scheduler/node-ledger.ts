import type { Node } from '../../objects/node.ts'
import { isFinished, type Pod } from '../../objects/pod.ts'
import type { NodeRoom } from './node-filters.ts'
import { type Amounts, addTo, amountsOf, podRequests } from './pod-requests.ts'

interface Account {
  requested: Amounts
  pods: Map<string, Amounts>
}

/** What the pods on each node have asked for, kept by one booking per change instead of sums over all pods. */
export class NodeLedger {
  readonly #accounts = new Map<string, Account>()
  readonly #nodeOfPod = new Map<string, string>()
  readonly #allocatable = new WeakMap<Node, Amounts>()

  /** Books a pod on the node it is bound to, or is about to be bound to. */
  book(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? ''
    if (this.#nodeOfPod.get(uid) === nodeName) return
    this.release(pod)
    const account = this.#accounts.get(nodeName) ?? { requested: new Map(), pods: new Map() }
    const requests = podRequests(pod)
    account.pods.set(uid, requests)
    addTo(account.requested, requests)
    this.#accounts.set(nodeName, account)
    this.#nodeOfPod.set(uid, nodeName)
  }

  /** True when something was freed. */
  release(pod: Pod): boolean {
    const uid = pod.metadata.uid ?? ''
    const nodeName = this.#nodeOfPod.get(uid)
    const account = nodeName === undefined ? undefined : this.#accounts.get(nodeName)
    const requests = account?.pods.get(uid)
    if (nodeName === undefined || account === undefined || requests === undefined) return false
    for (const [resource, amount] of requests) {
      account.requested.set(resource, (account.requested.get(resource) ?? 0n) - amount)
    }
    account.pods.delete(uid)
    this.#nodeOfPod.delete(uid)
    if (account.pods.size === 0) this.#accounts.delete(nodeName)
    return true
  }

  /** Follows a change of a pod; true when room was freed. */
  follow(now: Pod | undefined, before: Pod | undefined): boolean {
    if (now !== undefined && !isFinished(now)) {
      if (now.spec.nodeName) this.book(now, now.spec.nodeName)
      return false
    }
    const gone = now ?? before
    return gone !== undefined && this.release(gone)
  }

  room(node: Node): NodeRoom {
    let allocatable = this.#allocatable.get(node)
    if (allocatable === undefined) {
      allocatable = amountsOf(node.status?.allocatable ?? node.status?.capacity)
      this.#allocatable.set(node, allocatable)
    }
    const account = this.#accounts.get(node.metadata.name)
    return { node, allocatable, requested: account?.requested ?? new Map(), podCount: account?.pods.size ?? 0 }
  }
}
