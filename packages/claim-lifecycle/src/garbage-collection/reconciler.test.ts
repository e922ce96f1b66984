import { APPROVED_DELETIONS_ANNOTATION, type Machine } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { CloudError } from '@kaito/cloud-provider'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { CONFIG_MAPS, createMetrics, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../claim/machine-adapter.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { createBreaker } from './breaker.ts'
import { createGarbageCollectionController } from './controller.ts'
import { createDeletionGuard } from './deletion-guard.ts'

const MINUTE = 60_000
const MACHINES = machineAdapter.resource
const OLD = '2029-01-01T00:00:00Z'

function createCollectorWorld() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock })
  const log = createMemoryLog()
  const events: string[] = []
  const { signal } = new AbortController()
  const tell = (_object: object, { reason }: { reason: string }) => void events.push(reason)
  const instances = createInstanceList({ cloud, clock, log })
  const { settleMs } = DEFAULT_SETTINGS.garbageCollection
  const controller = createGarbageCollectionController({
    adapter: machineAdapter,
    client: cluster.client,
    claims: cluster.cacheOf<Machine>(MACHINES),
    nodes: cluster.cacheOf(NODES, nodeIndexes),
    cloud,
    instances,
    guard: createDeletionGuard({ cloud, clock, seesClearly: instances.isKnown, settleMs }),
    breaker: createBreaker({ client: cluster.client, namespace: 'gpu-provisioner', tell }),
    clock,
    settings: DEFAULT_SETTINGS,
    random: () => 0.5,
    log,
    metrics: createMetrics(),
  })
  void instances.run(signal)
  void controller.run(signal)
  const orphan = (name: string) => cloud.plant({ name, claimUid: `uid-of-${name}`, claimCreatedAt: OLD })
  return { clock, cluster, cloud, events, orphan, advance: (ms: number) => clock.advance(ms) }
}

test('deletes an orphan, but not in the first minutes of the process', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(14 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(4 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test('never deletes an instance whose claim exists, however late the cache is', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(14 * MINUTE)
  world.cluster.put(MACHINES, aMachine({ metadata: { name: 'ws1', uid: 'uid-of-ws1' } }))
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
})

test.each(['Stopped', 'Busy'] as const)('waits after the cluster was %s', async (state) => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  world.cloud.setHealth(state)
  await world.advance(60 * MINUTE)
  world.cloud.setHealth('Running')
  await world.advance(13 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(6 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test('waits after the cloud could not be listed', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(13 * MINUTE)
  world.cloud.inject({ do: 'refuse', on: 'list', times: 30, error: new CloudError('CloudUnreachable', 'away') })
  await world.advance(10 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(20 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test('deletes a registered claim whose instance is proven gone, and only that (M39)', async () => {
  const world = createCollectorWorld()
  for (const name of ['ws1', 'ws2']) {
    const metadata = { name, uid: `uid-of-${name}`, finalizers: ['karpenter.sh/termination'] }
    world.cluster.put(MACHINES, aMachine({ metadata, status: { providerID: `fake:///${name}` } }))
  }
  world.orphan('ws2')
  await world.advance(20 * MINUTE)
  const leaving = world.cluster.list<Machine>(MACHINES).filter(({ metadata }) => metadata.deletionTimestamp)
  expect(leaving.map(({ metadata }) => metadata.name)).toEqual(['ws1'])
})

test('deletes nothing when too much looks left over, until somebody approves the number', async () => {
  const world = createCollectorWorld()
  for (let index = 0; index < 12; index += 1) world.orphan(`ws${index}`)
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.events).toEqual(['DeletionsHeld'])
  const report = world.cluster.get(CONFIG_MAPS, 'gpu-provisioner/gpu-provisioner-deletions')
  expect(report?.data?.candidates?.split('\n')).toHaveLength(12)
  const approve = (count: string) =>
    world.cluster.edit(CONFIG_MAPS, 'gpu-provisioner/gpu-provisioner-deletions', ({ metadata }) => {
      metadata.annotations = { [APPROVED_DELETIONS_ANNOTATION]: count }
    })
  approve('3')
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  approve('12')
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toHaveLength(12)
  expect(world.cluster.list(CONFIG_MAPS)).toEqual([])
})

test('asks the cloud for nothing but its list while nothing is wrong', async () => {
  const world = createCollectorWorld()
  await world.advance(60 * MINUTE)
  expect(world.cloud.calls()).toMatchObject({ get: 0, health: 0, terminate: 0 })
  expect(world.cloud.calls().list).toBeLessThanOrEqual(31)
  expect(world.cluster.writes).toEqual([])
})
