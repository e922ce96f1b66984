import { isDeepStrictEqual } from 'node:util'
import { type ClusterClock, timestamp } from '../cluster-clock.ts'
import type { Node } from '../objects/node.ts'
import type { Pod } from '../objects/pod.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { type Controller, itself, on } from '../reconciling/controller.ts'
import { KUBELET_ADDRESS } from '../simulation-annotations.ts'
import { isSimulated, nodeStatus } from './node-status.ts'

interface NodeKeeperOptions {
  nodes: WatchedObjects<Node>
  pods: WatchedObjects<Pod>
  clock: ClusterClock
  /** Where this kubelet answers for its nodes. */
  host: string
  port: number
}

/** Reports every simulated node as a healthy machine, with its GPUs while a device plugin runs there. */
export function createNodeKeeper({ nodes, pods, clock, host, port }: NodeKeeperOptions): Controller {
  async function reconcile(name: string): Promise<undefined> {
    let node = nodes.get(name)
    if (node === undefined || !isSimulated(node)) return
    const { uid } = node.metadata
    const address = `${host}:${port}`
    if (node.metadata.annotations?.[KUBELET_ADDRESS] !== address) {
      node = await nodes.patch(node, { metadata: { uid, annotations: { [KUBELET_ADDRESS]: address } } })
    }
    const podsOfNode = pods.byIndex('node', name)
    const status = nodeStatus({ node, podsOfNode, kubeletPort: port, now: timestamp(clock.now()) })
    if (!isDeepStrictEqual(status, node.status)) await nodes.patch(node, { metadata: { uid }, status }, 'status')
  }

  return {
    name: 'kubelet-nodes',
    reconcile,
    triggers: [
      on(nodes, itself),
      on(pods, (now, before) => [now?.spec.nodeName ?? before?.spec.nodeName ?? ''].filter((name) => name !== '')),
    ],
  }
}
