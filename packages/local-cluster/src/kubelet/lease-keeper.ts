import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import { isMissing, isTaken } from '../objects/api-refusals.ts'
import { LEASES } from '../objects/kinds.ts'
import type { Node } from '../objects/node.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { type Controller, itself, on } from '../reconciling/controller.ts'
import { isSimulated } from './node-status.ts'

interface LeaseKeeperOptions {
  access: ClusterAccess
  nodes: WatchedObjects<Node>
  clock: ClusterClock
  leaseMs: number
}

const NAMESPACE = 'kube-node-lease'
const DURATION_SECONDS = 40

/** Renews the Lease of every simulated node: how the cluster sees that a node lives. */
export function createLeaseKeeper({ access, nodes, clock, leaseMs }: LeaseKeeperOptions): Controller {
  async function renew(node: Node): Promise<void> {
    const { name } = node.metadata
    const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z')
    const spec = { holderIdentity: name, leaseDurationSeconds: DURATION_SECONDS, renewTime }
    try {
      await access.mergePatch(LEASES, { name, namespace: NAMESPACE }, { spec })
    } catch (error) {
      if (!isMissing(error)) throw error
      await access.create(LEASES, leaseOf(node, spec)).catch((refusal: unknown) => {
        if (!isTaken(refusal)) throw refusal
      })
    }
  }

  return {
    name: 'kubelet-leases',
    async reconcile(name) {
      const node = nodes.get(name)
      if (node === undefined || !isSimulated(node)) return undefined
      await renew(node)
      return leaseMs
    },
    triggers: [on(nodes, (now, before) => (now !== undefined && before === undefined ? itself(now) : []))],
  }
}

function leaseOf(node: Node, spec: object): KubeObject {
  const { name, uid = '' } = node.metadata
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid }
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: NAMESPACE, ownerReferences: [owner] },
    spec,
  }
}
