import { keyOfObject } from '../object-address.ts'
import type { RecordEvent } from '../objects/event-recorder.ts'
import type { Node } from '../objects/node.ts'
import { isFinished, type Pod } from '../objects/pod.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { type Controller, itself, on } from '../reconciling/controller.ts'
import { isSimulated, nodeAddress } from './node-status.ts'
import { PodAddresses } from './pod-addresses.ts'
import { PodRun, type PodRunOptions } from './pod-run.ts'

interface PodKeeperOptions {
  pods: WatchedObjects<Pod>
  nodes: WatchedObjects<Node>
  access: PodRunOptions['access']
  environment: PodRunOptions['environment']
  record: RecordEvent
  onFailure: (error: unknown) => void
}

/** Starts and ends the pods that are bound to simulated nodes. */
export function createPodKeeper(options: PodKeeperOptions) {
  const { pods, nodes, access, environment, record, onFailure } = options
  const runs = new Map<string, PodRun>()
  const addresses = new PodAddresses()

  function start(pod: Pod, node: Node): PodRun {
    const hostIP = nodeAddress(node)
    const before = pod.status?.podIP
    if (before !== undefined) addresses.keep(before)
    const podIP = pod.spec.hostNetwork ? hostIP : (before ?? addresses.take(node.metadata.name))
    return new PodRun({ pod, pods, hostIP, podIP, access, environment, record, onFailure })
  }

  async function end(uid: string, how: { silent: boolean }): Promise<void> {
    const run = runs.get(uid)
    if (run === undefined) return
    await run.stop(how)
    runs.delete(uid)
    addresses.release(run.podIP)
  }

  /** Keys are `UID key`, so that a pod and its successor of the same name are two. */
  async function reconcile(uidAndKey: string): Promise<undefined> {
    const [uid = '', key = ''] = uidAndKey.split(' ')
    const pod = pods.get(key)
    const node = pod && nodes.get(pod.spec.nodeName ?? '')
    if (pod === undefined || pod.metadata.uid !== uid || node === undefined) {
      return end(uid, { silent: true }).then(() => undefined)
    }
    // A kubelet that is silent begins and ends nothing; what runs on its machine goes on.
    if (!isSimulated(node)) return undefined
    if (pod.metadata.deletionTimestamp !== undefined) {
      await end(uid, { silent: false })
      return pods.delete(pod, { gracePeriodSeconds: 0 }).then(() => undefined)
    }
    const run = runs.get(uid)
    if (run) run.tellAgain()
    else if (!isFinished(pod)) runs.set(uid, start(pod, node))
  }

  const keysOf = (pod: Pod) => [`${pod.metadata.uid} ${keyOfObject(pod)}`]
  const controller: Controller = {
    name: 'kubelet-pods',
    reconcile,
    concurrency: 64,
    triggers: [
      on(pods, (now, before) => [now ?? before].flatMap((pod) => (pod?.spec.nodeName ? keysOf(pod) : []))),
      on(nodes, (now, before) => {
        const changed = (now && isSimulated(now)) !== (before && isSimulated(before))
        return changed ? itself(now, before).flatMap((name) => pods.byIndex('node', name).flatMap(keysOf)) : []
      }),
    ],
  }
  return {
    controller,
    find: (uid: string) => runs.get(uid),
    stopAll: () => Promise.all([...runs.keys()].map((uid) => end(uid, { silent: true }))),
  }
}
