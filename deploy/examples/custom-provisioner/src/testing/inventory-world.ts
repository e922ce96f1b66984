import { CONFIG_MAPS, type ConfigMap, type KubernetesObject, NODES, type Node } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { stringify } from 'yaml'
import { type Assignment, type Assignments, readAssignments } from '../assignments/assignment.ts'
import { createAssignmentStore } from '../assignments/assignment-store.ts'
import { createHostReconciler } from '../hosts/host-keeper.ts'
import { createInventorySource } from '../inventory/inventory-source.ts'
import { createInventoryCloud } from '../inventory-cloud.ts'

const NAMESPACE = 'inventory-provisioner'
export const SIZE = 'Standard_NC24ads_A100_v4'
/** Longer than a Node stays away at least. */
const SOME_TIME_MS = 5_000

/** A cluster with an inventory and the cloud over it, in memory; what it does by itself happens in `settle` alone. */
export function createInventoryWorld(hosts: Record<string, object | string> = { 'gpu-1': {}, 'gpu-2': {} }) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const log = createMemoryLog()
  const nodes = cluster.cacheOf(NODES)
  const told: string[] = []
  const events = {
    record: (_object: KubernetesObject, { message }: { message: string }) => void told.push(message),
  }
  const signal = new AbortController().signal
  const place = { namespace: NAMESPACE, name: 'gpu-hosts' }
  const claims = { ...place, name: 'gpu-hosts-claims' }
  const text = (host: object | string) =>
    typeof host === 'string' ? host : stringify({ instanceType: SIZE, gpus: 1, ...host })

  /** A process of its own over the same cluster. */
  function start() {
    const { client } = cluster
    const store = createAssignmentStore({ client, place: claims })
    const inventory = createInventorySource({ client, place, events, log })
    const cloud = createInventoryCloud({ inventory, store, nodes, clock, onAssigned: () => undefined })
    const keeper = { client, nodes, provisioner: 'inventory-provisioner', clock }
    return {
      cloud,
      pass: createHostReconciler({ ...keeper, store }),
      /** A pass that has read these assignments, whatever has become of them since. */
      passFrom: (read: Assignments) => createHostReconciler({ ...keeper, store: { ...store, read: async () => read } }),
    }
  }
  const first = start()
  cluster.put<ConfigMap>(CONFIG_MAPS, {
    metadata: place,
    data: Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, text(host)])),
  })

  const assignments = () => readAssignments(cluster.get<ConfigMap>(CONFIG_MAPS, `${NAMESPACE}/${claims.name}`)?.data)
  return {
    ...first,
    start,
    clock,
    cluster,
    log,
    told,
    signal,
    call: { signal },
    assignments,
    hostOf: (instance: string) => [...assignments()].find(([, entry]) => entry.instance === instance)?.[0],
    node: (name: string) => cluster.get<Node>(NODES, name),
    join: (name: string, parts: Partial<Node> = {}) =>
      cluster.put<Node>(NODES, {
        spec: {},
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
        ...parts,
        metadata: { name, labels: { 'kubernetes.io/hostname': name }, ...parts.metadata },
      }),
    setHosts: (next: Record<string, object | string>) =>
      cluster.edit<ConfigMap>(CONFIG_MAPS, `${NAMESPACE}/${place.name}`, (stored) => {
        stored.data = Object.fromEntries(Object.entries(next).map(([name, host]) => [name, text(host)]))
      }),
    /** People write an entry by hand. */
    holdBack: (host: string, entry: Partial<Assignment>) => {
      const key = `${NAMESPACE}/${claims.name}`
      if (!cluster.get(CONFIG_MAPS, key)) cluster.put<ConfigMap>(CONFIG_MAPS, { metadata: claims, data: {} })
      cluster.edit<ConfigMap>(CONFIG_MAPS, key, (stored) => {
        stored.data = { ...stored.data, [host]: JSON.stringify(entry) }
      })
    },
    /** The keeper of the hosts gets to do all that there is to do. */
    settle: async () => {
      for (let passes = 0; passes < 6; passes += 1) {
        await clock.advance(SOME_TIME_MS)
        await first.pass('hosts', { signal, log })
      }
    },
  }
}
