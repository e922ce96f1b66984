import type { Machine } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { CloudError } from '@kaito/cloud-provider'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { createMetrics, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, onTestFinished, test } from 'vitest'
import { AGENT_POOL_CLASSES } from '../class/class-source.ts'
import { claimIndexes } from '../lifecycle/controller.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { CLASSES, machineAdapter, US } from '../testing/adapters.ts'
import { createControllers } from './controllers.ts'

const NAME = 'ws0123456ab'
const MINUTE = 60_000

/** Everything that a provisioner does, in memory; `alive` says which of its watches are. */
function running() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock })
  const alive = { machines: true, nodes: true }
  const metrics = createMetrics()
  const machines = cluster.cacheOf<Machine>(machineAdapter.resource, claimIndexes(machineAdapter))
  const nodes = cluster.cacheOf(NODES, nodeIndexes)
  const { controllers, background = [] } = createControllers({
    provisioner: { ...US, classes: CLASSES, comesWith: 'a chart' },
    client: cluster.client,
    caches: {
      machines: { ...machines, healthy: () => alive.machines },
      nodes: { ...nodes, healthy: () => alive.nodes },
      nodeClaims: undefined,
      classes: cluster.cacheOf(AGENT_POOL_CLASSES),
    },
    cloud,
    settings: DEFAULT_SETTINGS,
    hasClasses: () => true,
    namespace: 'gpu-provisioner',
    events: { record: () => undefined },
    pod: undefined,
    clock,
    random: () => 0.5,
    log: createMemoryLog(),
    metrics,
  })
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  for (const controller of controllers) void controller.run(stop.signal)
  for (const work of background) void work(stop.signal)
  return { clock, cluster, cloud, alive, metrics }
}

test('what the cloud accepts and refuses is counted', async () => {
  const { clock, cluster, cloud, metrics } = running()
  cloud.inject({ do: 'refuse', on: 'launch', error: new CloudError('QuotaExceeded', 'no quota') })
  const creationTimestamp = new Date(clock.now()).toISOString()
  cluster.put(machineAdapter.resource, aMachine({ metadata: { name: NAME, creationTimestamp } }))
  await clock.advance(2 * MINUTE)
  const text = await metrics.registry.metrics()
  expect(text).toMatch(/^gpu_provisioner_launch_refusals_total\{.*reason="QuotaExceeded"\} 1$/m)
  expect(text).toMatch(/^gpu_provisioner_launches_accepted_total\{.*\} 1$/m)
})

test.each(['machines', 'nodes'] as const)(
  'row 14: while the watch of %s is dead nothing is deleted unasked, neither what is late nor what is left over',
  async (watch) => {
    const { clock, cluster, cloud, alive } = running()
    const creationTimestamp = new Date(clock.now()).toISOString()
    cluster.put(machineAdapter.resource, aMachine({ metadata: { name: NAME, creationTimestamp } }))
    await clock.advance(MINUTE)
    cloud.plant({ name: 'orphan', claimUid: 'nobody', claimCreatedAt: '2029-01-01T00:00:00Z' })
    alive[watch] = false
    await clock.advance(60 * MINUTE)
    expect(cloud.terminations()).toEqual([])
    alive[watch] = true
    await clock.advance(10 * MINUTE)
    expect(cloud.terminations()).toEqual([])
    await clock.advance(10 * MINUTE)
    expect(cloud.terminations().sort()).toEqual(['orphan', NAME])
    expect(cloud.launches()).toHaveLength(2)
  },
)
