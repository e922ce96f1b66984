import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import { type ClusterClock, systemClusterClock } from '../cluster-clock.ts'
import { createEventRecorder } from '../objects/event-recorder.ts'
import { ENDPOINTS, type KindOf, NODES, PODS, SERVICES } from '../objects/kinds.ts'
import { WatchedObjects } from '../objects/watched-objects.ts'
import { runController } from '../reconciling/controller.ts'
import { createClusterNetwork } from './cluster-network.ts'
import { findLog } from './find-log.ts'
import { DEFAULT_TIMINGS, type KubeletTimings } from './kubelet-timings.ts'
import { createLeaseKeeper } from './lease-keeper.ts'
import { startLogServer } from './log-server.ts'
import { createNodeKeeper } from './node-keeper.ts'
import { createPodKeeper } from './pod-keeper.ts'
import type { ChooseProgram } from './programs/program.ts'

interface KubeletOptions {
  access: ClusterAccess
  /** Stops every simulated node with its containers. */
  signal: AbortSignal
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
  timings?: Partial<KubeletTimings>
  /** Plays containers that the simulation itself does not know. */
  chooseProgram?: ChooseProgram
}

const HOST = '127.0.0.1'

/** Starts a simulation of the kubelet of every Node that is annotated as simulated. */
export async function startKubelet(options: KubeletOptions): Promise<{ address: string }> {
  const { access, signal, clock = systemClusterClock, log = () => undefined } = options
  const timings = { ...DEFAULT_TIMINGS, ...options.timings }
  const stores = openStores({ access, clock, signal })
  const { nodes, pods } = stores
  const network = createClusterNetwork(stores)
  const record = createEventRecorder({ access, clock, component: 'kubelet', log })
  const podKeeper = createPodKeeper({
    pods,
    nodes,
    environment: { clock, timings, network, chooseProgram: options.chooseProgram },
    record,
    onFailure: (error) => {
      if (!signal.aborted) log('A pod could not be reported', { error })
    },
  })
  const { port } = await startLogServer({ clock, signal, find: findLog(pods, podKeeper.find) })
  signal.addEventListener('abort', () => void podKeeper.stopAll())
  const controllers = [
    createNodeKeeper({ nodes, pods, clock, host: HOST, port }),
    createLeaseKeeper({ access, nodes, clock, leaseMs: timings.leaseMs }),
    podKeeper.controller,
  ]
  await Promise.all([
    stores.services.start(),
    stores.endpoints.start(),
    ...controllers.map((controller) => runController({ clock, signal, log }, controller)),
  ])
  return { address: `${HOST}:${port}` }
}

function openStores(options: { access: ClusterAccess; clock: ClusterClock; signal: AbortSignal }) {
  function open<T extends KubeObject>(kind: KindOf<T>) {
    return new WatchedObjects<T>({ ...options, kind })
  }
  return {
    nodes: open(NODES),
    pods: new WatchedObjects({ ...options, kind: PODS, indexes: { node: ({ spec }) => [spec.nodeName] } }),
    services: open(SERVICES),
    endpoints: open(ENDPOINTS),
  }
}
