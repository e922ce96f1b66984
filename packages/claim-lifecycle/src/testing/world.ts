import { type AgentPoolClass, CLAIM_UID_LABEL, type Machine, type NodeClaim, timestamp } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { createFakeCloud, type FakeCloudOptions } from '@kaito/cloud-provider/testing'
import { createMetrics, NODES, type Node } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import { createServedKind } from '../claim/served-kind.ts'
import { AGENT_POOL_CLASSES, createClassSource } from '../class/class-source.ts'
import { createAbsenceProofs } from '../instances/absence-proofs.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { createChoiceRefusals } from '../launch/choice-refusals.ts'
import { claimIndexes, createLifecycleController } from '../lifecycle/controller.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { DEFAULT_SETTINGS, type LifecycleSettings } from '../settings.ts'
import { machineAdapter, nodeClaimAdapter, US } from './adapters.ts'
import { createCrashPoint } from './crash-point.ts'

const NAME = 'ws0123456ab'

interface ToldEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

interface WorldOptions extends Omit<FakeCloudOptions, 'clock'> {
  settings?: Partial<LifecycleSettings>
  provisioner?: ProvisionerIdentity
}

/** A cluster, a cloud and a running lifecycle controller per kind of claim, all in memory on one clock that stands still. */
export function createWorld(options: WorldOptions = {}) {
  const { settings, provisioner = US, ...cloudOptions } = options
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const startedAt = clock.now()
  // The cloud has a clock of its own: it knows nothing of a jump of ours.
  const cloud = createFakeCloud({ clock: { now: () => startedAt + clock.monotonic() }, ...cloudOptions })
  const log = createMemoryLog()
  const events: ToldEvent[] = []
  const guard = { mayEnd: true, holdsDeletions: false }
  const machines = machineAdapter.resource
  const nodeClaims = nodeClaimAdapter.resource
  const crash = createCrashPoint()
  let stop = new AbortController()
  let caches = newCaches()

  function newCaches() {
    return {
      claims: cluster.cacheOf(machines, claimIndexes(machineAdapter)),
      nodeClaims: cluster.cacheOf(nodeClaims, claimIndexes(nodeClaimAdapter)),
      nodes: cluster.cacheOf(NODES, nodeIndexes),
      classes: cluster.cacheOf(AGENT_POOL_CLASSES),
    }
  }

  /** A fresh process over the same world; the old one is gone with all it knew. */
  function start(): void {
    stop.abort()
    stop = new AbortController()
    const process = crash.newProcess({ client: cluster.client, cloud })
    const instances = createInstanceList({ cloud: process.cloud, clock, log })
    caches = newCaches()
    const absences = createAbsenceProofs(clock)
    instances.onEnded(absences.noteEnded)
    const client = process.client
    const shared = {
      client,
      provisioner,
      kinds: [
        createServedKind({ adapter: machineAdapter, client, provisioner, claims: caches.claims }),
        createServedKind({ adapter: nodeClaimAdapter, client, provisioner, claims: caches.nodeClaims }),
      ],
      nodes: caches.nodes,
      cloud: process.cloud,
      instances,
      absences,
      choiceRefusals: createChoiceRefusals(),
      classes: createClassSource(caches.classes, () => true),
      guard: { allows: () => guard.mayEnd },
      definitionHold: { holds: async () => guard.holdsDeletions },
      tell: (_object: unknown, event: ToldEvent) => void events.push(event),
      clock,
      settings: { ...DEFAULT_SETTINGS, ...settings },
      random: () => 0.5,
      log,
      metrics: createMetrics(),
    }
    void instances.run(stop.signal)
    const controllers = [
      createLifecycleController({ ...shared, adapter: machineAdapter, claims: caches.claims }),
      createLifecycleController({ ...shared, adapter: nodeClaimAdapter, claims: caches.nodeClaims }),
    ]
    for (const controller of controllers) void controller.run(stop.signal)
  }
  start()

  const nowIso = () => timestamp(clock.now())
  const machine = (name = NAME) => cluster.get<Machine>(machines, name)
  const nodeClaim = (name = NAME) => cluster.get<NodeClaim>(nodeClaims, name)
  return {
    crash,
    clock,
    cluster,
    cloud,
    log,
    events,
    guard,
    machines,
    nodeClaims,
    nodeResource: NODES,
    restart: start,
    pauseCaches: () => {
      caches.claims.pause()
      caches.nodeClaims.pause()
      caches.nodes.pause()
    },
    pauseNodes: () => caches.nodes.pause(),
    resumeNodes: () => caches.nodes.resume(),
    stop: () => stop.abort(),
    settle: () => clock.advance(0),
    advance: (ms: number) => clock.advance(ms),
    nowIso,
    machine,
    nodeClaim,
    makeNodeClaim: (parts: Parameters<typeof aNodeClaim>[0] = {}) =>
      cluster.put(nodeClaims, aNodeClaim({ ...parts, metadata: { creationTimestamp: nowIso(), ...parts.metadata } })),
    claim: (parts: Parameters<typeof aMachine>[0] = {}) =>
      cluster.put(machines, aMachine({ ...parts, metadata: { creationTimestamp: nowIso(), ...parts.metadata } })),
    agentPoolClass: (name: string, spec: NonNullable<AgentPoolClass['spec']>) =>
      cluster.put<AgentPoolClass>(AGENT_POOL_CLASSES, {
        apiVersion: 'kaito.sh/v1alpha1',
        kind: 'AgentPoolClass',
        metadata: { name },
        spec,
      }),
    nodes: () => cluster.list(NODES),
    writes: () =>
      cluster.writes.map(
        ({ verb, resource, subresource }) => `${verb} ${[resource, subresource ?? []].flat().join('/')}`,
      ),
    condition: (type: string) => machine()?.status?.conditions?.find((condition) => condition.type === type),
    nodeClaimCondition: (type: string) => nodeClaim()?.status?.conditions?.find((condition) => condition.type === type),
    /** The instance's machine joins the cluster, as the cloud's agent on it does. */
    join: (parts: Partial<Node['metadata']> & { ready?: 'True' | 'False'; gpus?: string } = {}) => {
      const { ready = 'True', gpus = '1', ...metadata } = parts
      return cluster.put<Node>(
        NODES,
        aNode({ ready, gpus, uid: (machine() ?? nodeClaim())?.metadata.uid ?? '', ...metadata }),
      )
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

/** A world whose one claim has a usable node. */
export async function createReadyWorld(): Promise<ReturnType<typeof createWorld>> {
  const world = createWorld()
  world.claim()
  await world.advance(61_000)
  world.join()
  await world.advance(5_000)
  return world
}
