import type { Machine, NodeClaim } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { CONFIG_MAPS, createMetrics, type KubernetesObject, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import { createServedKind } from '../claim/served-kind.ts'
import { createBreaker } from '../garbage-collection/breaker.ts'
import { createGarbageCollectionController } from '../garbage-collection/controller.ts'
import { createDefinitionHold } from '../garbage-collection/definition-hold.ts'
import { createDeletionGuard } from '../garbage-collection/deletion-guard.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { machineAdapter, nodeClaimAdapter, US } from './adapters.ts'

export const MACHINES = machineAdapter.resource
const NODE_CLAIMS = nodeClaimAdapter.resource
const HELD = ['karpenter.sh/termination']
const REPORT = 'gpu-provisioner/gpu-provisioner-deletions'
const OLD = '2029-01-01T00:00:00Z'

/** A cluster, a cloud and a running garbage collector, all in memory on one clock that stands still. */
export function createCollectorWorld(provisioner: ProvisionerIdentity = US) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock })
  const log = createMemoryLog()
  const events: { about: string; reason: string }[] = []
  const unclaimed: string[][] = []
  let stop = new AbortController()
  const tell = ({ kind = '', metadata }: KubernetesObject, { reason }: { reason: string }) =>
    void events.push({ about: `${kind} ${metadata.name}`, reason })

  /** A fresh process over the same world. */
  function start() {
    stop.abort()
    stop = new AbortController()
    const { client } = cluster
    const instances = createInstanceList({ cloud, clock, log })
    const settings = DEFAULT_SETTINGS
    const { settleMs, breakerShare: share } = settings.garbageCollection
    const kinds = [
      createServedKind({ adapter: machineAdapter, client, provisioner, claims: cluster.cacheOf<Machine>(MACHINES) }),
      createServedKind({
        adapter: nodeClaimAdapter,
        client,
        provisioner,
        claims: cluster.cacheOf<NodeClaim>(NODE_CLAIMS),
      }),
    ]
    const definitionHold = createDefinitionHold({ client, clock, kinds, share })
    const breaker = createBreaker({ client, namespace: 'gpu-provisioner', provisioner, tell })
    const controller = createGarbageCollectionController({
      kinds,
      provisioner,
      client,
      nodes: cluster.cacheOf(NODES, nodeIndexes),
      cloud,
      instances,
      guard: createDeletionGuard({ cloud, clock, seesClearly: instances.isKnown, settleMs }),
      breaker,
      definitionHold,
      onUnclaimed: (found) => void unclaimed.push(found.map(({ name }) => name)),
      tell,
      clock,
      settings,
      random: () => 0.5,
      log,
      metrics: createMetrics(),
    })
    void instances.run(stop.signal)
    void controller.run(stop.signal)
    return { breaker, definitionHold }
  }
  const world = { ...start() }

  return {
    clock,
    cluster,
    cloud,
    events,
    unclaimed,
    breaker: () => world.breaker,
    definitionHold: () => world.definitionHold,
    restart: () => void Object.assign(world, start()),
    advance: (ms: number) => clock.advance(ms),
    orphan: (name: string) => cloud.plant({ name, claimUid: `uid-of-${name}`, claimCreatedAt: OLD }),
    machine: (name: string, parts: Parameters<typeof aMachine>[0] = {}) =>
      cluster.put(
        MACHINES,
        aMachine({
          status: { providerID: `fake:///${name}` },
          ...parts,
          metadata: { name, uid: `uid-of-${name}`, finalizers: HELD, ...parts.metadata },
        }),
      ),
    nodeClaim: (name: string, parts: Parameters<typeof aNodeClaim>[0] = {}) =>
      cluster.put(
        NODE_CLAIMS,
        aNodeClaim({
          status: { providerID: `fake:///${name}` },
          ...parts,
          metadata: { name, uid: `uid-of-${name}`, finalizers: HELD, ...parts.metadata },
        }),
      ),
    leaving: () =>
      [...cluster.list<KubernetesObject>(MACHINES), ...cluster.list<KubernetesObject>(NODE_CLAIMS)]
        .filter(({ metadata }) => metadata.deletionTimestamp)
        .map(({ metadata }) => metadata.name),
    report: () => cluster.get(CONFIG_MAPS, REPORT),
    annotateReport: (annotations: Record<string, string>) =>
      cluster.edit(CONFIG_MAPS, REPORT, ({ metadata }) => {
        metadata.annotations = annotations
      }),
  }
}
