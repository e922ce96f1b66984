import type { Machine, NodeClaim } from '@kaito/api'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { createMetrics, type KubernetesObject, NODES } from '@kaito/controller-kit'
import { createMemoryLog, type FakeCluster, type ManualClock } from '@kaito/controller-kit/testing'
import { AGENT_POOL_CLASSES } from '../class/class-source.ts'
import { claimIndexes } from '../lifecycle/controller.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { createControllers } from '../provisioner/controllers.ts'
import type { Provisioner } from '../provisioner/provisioner.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { CLASSES, machineAdapter, nodeClaimAdapter, US } from './adapters.ts'

interface Options {
  cluster: FakeCluster
  clock: ManualClock
  provisioner?: Partial<Provisioner>
  /** Only NodeClaims where false. */
  servesMachines?: boolean
}

/** Everything a provisioner does, in memory, on a cluster that others may share; `stop` ends it as a power cut would. */
export function startProvisioner({ cluster, clock, provisioner = {}, servesMachines = true }: Options) {
  const cloud = createFakeCloud({ clock })
  const events: string[] = []
  const caches = {
    machines: cluster.cacheOf<Machine>(machineAdapter.resource, claimIndexes(machineAdapter)),
    nodeClaims: cluster.cacheOf<NodeClaim>(nodeClaimAdapter.resource, claimIndexes(nodeClaimAdapter)),
    classes: cluster.cacheOf(AGENT_POOL_CLASSES),
    nodes: cluster.cacheOf(NODES, nodeIndexes),
  }
  const { controllers, background = [] } = createControllers({
    provisioner: { ...US, classes: CLASSES, comesWith: 'a chart', ...provisioner },
    client: cluster.client,
    caches: { ...caches, machines: servesMachines ? caches.machines : undefined },
    cloud,
    settings: DEFAULT_SETTINGS,
    hasClasses: () => true,
    namespace: 'system',
    events: {
      record: ({ kind = '', metadata }: KubernetesObject, { reason, message }) =>
        void events.push(`${kind} ${metadata.name} ${reason}: ${message}`),
    },
    pod: undefined,
    clock,
    random: () => 0.5,
    log: createMemoryLog(),
    metrics: createMetrics(),
  })
  const stop = new AbortController()
  for (const controller of controllers) void controller.run(stop.signal)
  for (const work of background) void work(stop.signal)
  return { cloud, caches, events, stop: () => stop.abort() }
}
