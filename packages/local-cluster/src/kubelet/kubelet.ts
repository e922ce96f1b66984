import { once } from 'node:events'
import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import { type ClusterClock, systemClusterClock } from '../cluster-clock.ts'
import { createEventRecorder } from '../objects/event-recorder.ts'
import { ENDPOINTS, type KindOf, NODES, PODS, SERVICES } from '../objects/kinds.ts'
import { WatchedObjects } from '../objects/watched-objects.ts'
import { runController } from '../reconciling/controller.ts'
import { createClusterNetwork } from './cluster-network.ts'
import { findLog } from './find-log.ts'
import { type ImageSource, SIMULATED_IMAGES } from './images/image-source.ts'
import { DEFAULT_TIMINGS, type KubeletTimings } from './kubelet-timings.ts'
import { createLeaseKeeper } from './lease-keeper.ts'
import { startLogServer } from './log-server.ts'
import { createNodeKeeper } from './node-keeper.ts'
import { createPodKeeper } from './pod-keeper.ts'
import type { ChooseProgram } from './programs/program.ts'

/** What simulated containers are made of. */
export interface ContainerSimulation {
  /** Where images come from; by default all are there and none has content. */
  images?: ImageSource
  /** Path of the program that plays `node /app/tuning-tools.mjs`; without one such a container fails. */
  toolsEntry?: string
  /** Folder in which that program finds what it starts, before anywhere else. */
  toolsPath?: string
  /** Plays containers that the simulation itself does not know. */
  chooseProgram?: ChooseProgram
}

interface KubeletOptions extends ContainerSimulation {
  access: ClusterAccess
  /** Stops every simulated node with its containers. */
  signal: AbortSignal
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
  timings?: Partial<KubeletTimings>
}

interface RunningKubelet {
  /** Where it serves logs. */
  address: string
  /** Resolves once everything it started has ended, which it does after the signal. */
  stopped: Promise<void>
}

const HOST = '127.0.0.1'

/** Starts a simulation of the kubelet of every Node that is annotated as simulated. */
export async function startKubelet(options: KubeletOptions): Promise<RunningKubelet> {
  const { access, signal, clock = systemClusterClock, log = () => undefined } = options
  const timings = { ...DEFAULT_TIMINGS, ...options.timings }
  const stores = openStores({ access, clock, signal })
  const { nodes, pods } = stores
  const network = createClusterNetwork(stores)
  const record = createEventRecorder({ access, clock, component: 'kubelet', log })
  const podKeeper = createPodKeeper({
    pods,
    nodes,
    access,
    environment: {
      clock,
      timings,
      network,
      images: options.images ?? SIMULATED_IMAGES,
      toolsEntry: options.toolsEntry,
      toolsPath: options.toolsPath,
      chooseProgram: options.chooseProgram,
    },
    record,
    onFailure: (error) => {
      if (!signal.aborted) log('A pod could not be reported', { error })
    },
  })
  const { port } = await startLogServer({ clock, signal, find: findLog(pods, podKeeper.find) })
  const stopped = once(signal, 'abort').then(async () => {
    await podKeeper.stopAll()
  })
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
  return { address: `${HOST}:${port}`, stopped }
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
