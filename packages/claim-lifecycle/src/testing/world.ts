import { CLAIM_UID_LABEL, type Machine } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { createMetrics, NODES, type Node } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { machineAdapter } from '../claim/machine-adapter.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { createChoiceRefusals } from '../launch/choice-refusals.ts'
import { claimIndexes, createLifecycleController } from '../lifecycle/controller.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { DEFAULT_SETTINGS, type LifecycleSettings } from '../settings.ts'
import { createCrashPoint } from './crash-point.ts'

const NAME = 'ws0123456ab'

/** A cluster, a cloud and a running lifecycle controller, all in memory on one clock that stands still. */
export function createWorld(options: { settings?: Partial<LifecycleSettings>; readLagMs?: number } = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock, readLagMs: options.readLagMs ?? 0 })
  const log = createMemoryLog()
  const events: { reason: string; message: string }[] = []
  const guard = { mayEnd: true }
  const machines = machineAdapter.resource
  const crash = createCrashPoint()
  let stop = new AbortController()
  let caches = { claims: cluster.cacheOf(machines), nodes: cluster.cacheOf(NODES) }

  /** A fresh process over the same world; the old one is gone with all it knew. */
  function start(): void {
    stop.abort()
    stop = new AbortController()
    const process = crash.newProcess({ client: cluster.client, cloud })
    const instances = createInstanceList({ cloud: process.cloud, clock, log })
    caches = {
      claims: cluster.cacheOf(machines, claimIndexes(machineAdapter)),
      nodes: cluster.cacheOf(NODES, nodeIndexes),
    }
    const controller = createLifecycleController({
      adapter: machineAdapter,
      client: process.client,
      claims: caches.claims,
      nodes: caches.nodes,
      cloud: process.cloud,
      instances,
      choiceRefusals: createChoiceRefusals(),
      guard: { allows: () => guard.mayEnd },
      tell: (_object, event) => void events.push(event),
      clock,
      settings: { ...DEFAULT_SETTINGS, ...options.settings },
      random: () => 0.5,
      log,
      metrics: createMetrics(),
    })
    void instances.run(stop.signal)
    for (const machine of cluster.list(machines)) controller.enqueue(machine.metadata.name)
    void controller.run(stop.signal)
  }
  start()

  const nowIso = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`
  const machine = (name = NAME) => cluster.get<Machine>(machines, name)
  return {
    crash,
    clock,
    cluster,
    cloud,
    log,
    events,
    guard,
    machines,
    nodeResource: NODES,
    restart: start,
    pauseCaches: () => {
      caches.claims.pause()
      caches.nodes.pause()
    },
    stop: () => stop.abort(),
    settle: () => clock.advance(0),
    advance: (ms: number) => clock.advance(ms),
    nowIso,
    machine,
    claim: (parts: Parameters<typeof aMachine>[0] = {}) =>
      cluster.put(machines, aMachine({ ...parts, metadata: { creationTimestamp: nowIso(), ...parts.metadata } })),
    nodes: () => cluster.list(NODES),
    writes: () =>
      cluster.writes.map(
        ({ verb, resource, subresource }) => `${verb} ${[resource, subresource ?? []].flat().join('/')}`,
      ),
    condition: (type: string) => machine()?.status?.conditions?.find((condition) => condition.type === type),
    /** The instance's machine joins the cluster, as the cloud's agent on it does. */
    join: (parts: Partial<Node['metadata']> & { ready?: 'True' | 'False'; gpus?: string } = {}) => {
      const { ready = 'True', gpus = '1', ...metadata } = parts
      return cluster.put<Node>(NODES, aNode({ ready, gpus, uid: machine()?.metadata.uid ?? '', ...metadata }))
    },
  }
}

function aNode({ ready, gpus, uid, ...metadata }: { ready: 'True' | 'False'; gpus: string; uid: string }): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-1',
      labels: {
        [CLAIM_UID_LABEL]: uid,
        'fake-cloud/instance': NAME,
        'node.kubernetes.io/instance-type': 'Standard_NC24ads_A100_v4',
        'topology.kubernetes.io/zone': 'eastus-1',
      },
      ...metadata,
    },
    spec: { providerID: 'fake:///node-1', taints: [] },
    status: {
      capacity: { cpu: '24', 'nvidia.com/gpu': gpus },
      allocatable: { cpu: '23', 'nvidia.com/gpu': gpus },
      conditions: [{ type: 'Ready', status: ready }],
    },
  }
}
