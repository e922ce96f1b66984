import type { Machine } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { CloudError } from '@kaito/cloud-provider'
import { anInstanceSpec, createFakeCloud } from '@kaito/cloud-provider/testing'
import { createMetrics, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { createServedKind } from '../claim/served-kind.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { machineAdapter, US } from '../testing/adapters.ts'
import { anInstance } from '../testing/instances.ts'
import { createLifecycleMetrics } from './lifecycle-metrics.ts'

const NAME = 'ws0123456ab'
const TYPE = 'Standard_NC24ads_A100_v4'
const MACHINES = machineAdapter.resource

function aWorld() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock, readLagMs: 0 })
  const metrics = createMetrics()
  const instances = createInstanceList({ cloud, clock, log: createMemoryLog() })
  const nodes = cluster.cacheOf(NODES, nodeIndexes)
  const claims = cluster.cacheOf(MACHINES)
  const kind = createServedKind({ adapter: machineAdapter, client: cluster.client, provisioner: US, claims })
  const lifecycle = createLifecycleMetrics({ metrics, clock })
  let held = 0
  lifecycle.show({ kinds: [kind], nodes, instances, heldDeletions: () => held, maxFailedLaunches: 3 })
  const stop = new AbortController()
  const call = { signal: stop.signal }
  const nowIso = () => new Date(clock.now()).toISOString()
  const uid = () => cluster.get<Machine>(MACHINES, NAME)?.metadata.uid ?? ''
  return {
    clock,
    cluster,
    cloud,
    lifecycle,
    hold: (count: number) => {
      held = count
    },
    stop: () => stop.abort(),
    work: () => {
      void lifecycle.run(stop.signal)
      void instances.run(stop.signal)
    },
    uid,
    claim: (parts: Parameters<typeof aMachine>[0] = {}) =>
      cluster.put(MACHINES, aMachine({ ...parts, metadata: { creationTimestamp: nowIso(), ...parts.metadata } })),
    /** Somebody writes this into the claim. */
    change: ({ metadata, status }: Pick<Partial<Machine>, 'status'> & { metadata?: Partial<Machine['metadata']> }) =>
      cluster.edit<Machine>(MACHINES, NAME, (machine) => {
        Object.assign(machine.metadata, metadata)
        if (status) machine.status = status
      }),
    launch: (parts: Parameters<typeof anInstanceSpec>[0] = {}) => {
      const spec = anInstanceSpec({ name: NAME, claimUid: uid(), instanceType: TYPE, ...parts })
      return lifecycle
        .measured(cloud)
        .launch(spec, call)
        .then(() => instances.noteLaunched(spec))
    },
    /** Lines of one metric, without its comments and the buckets of a histogram. */
    lines: async (name: string) => {
      const text = await metrics.registry.getSingleMetricAsString(`gpu_provisioner_${name}`)
      return text.split('\n').filter((line) => !line.startsWith('#') && !line.includes('_bucket{') && line !== '')
    },
  }
}

const withConditions = (...conditions: [type: string, status: 'True' | 'False', reason?: string][]) => ({
  status: {
    conditions: conditions.map(([type, status, reason]) => ({ type, status, ...(reason !== undefined && { reason }) })),
  },
})
const READY = withConditions(['MachineLaunched', 'True'], ['MachineRegistered', 'True'], ['MachineInitialized', 'True'])

const SHOWN = ['claims', 'claims_waiting', 'instances', 'gpu_seconds_total', 'breaker_open', 'nodes_unhealthy']

let world: ReturnType<typeof aWorld>
beforeEach(() => {
  world = aWorld()
  return () => world.stop()
})

describe('claims', () => {
  test('are counted by phase, and those that wait by reason and age', async () => {
    world.work()
    world.claim(withConditions(['MachineLaunched', 'False', 'QuotaExceeded']))
    await world.clock.advance(90_000)
    world.claim({ metadata: { name: 'ws1', uid: 'uid-1' }, ...READY })
    expect(await world.lines('claims')).toContain('gpu_provisioner_claims{kind="Machine",phase="Pending"} 1')
    expect(await world.lines('claims')).toContain('gpu_provisioner_claims{kind="Machine",phase="Ready"} 1')
    expect(await world.lines('claims')).toContain('gpu_provisioner_claims{kind="Machine",phase="Failed"} 0')
    const labels = '{kind="Machine",reason="QuotaExceeded"}'
    expect(await world.lines('claims_waiting')).toEqual([`gpu_provisioner_claims_waiting${labels} 1`])
    expect(await world.lines('oldest_waiting_claim_seconds')).toEqual([
      `gpu_provisioner_oldest_waiting_claim_seconds${labels} 90`,
    ])
  })

  test('that are deleted show for how long they have been on their way', async () => {
    world.work()
    world.claim({ metadata: { finalizers: ['karpenter.sh/termination'] } })
    expect(await world.lines('oldest_deletion_seconds')).toEqual([
      'gpu_provisioner_oldest_deletion_seconds{kind="Machine"} 0',
    ])
    world.cluster.delete(MACHINES, NAME)
    await world.clock.advance(600_000)
    expect(await world.lines('oldest_deletion_seconds')).toEqual([
      'gpu_provisioner_oldest_deletion_seconds{kind="Machine"} 600',
    ])
  })
})

describe('launches', () => {
  test('are timed from their acceptance until the node can be used', async () => {
    world.work()
    world.claim()
    await world.launch()
    await world.launch()
    await world.clock.advance(240_000)
    world.change(READY)
    expect(await world.lines('launches_accepted_total')).toEqual([
      `gpu_provisioner_launches_accepted_total{instance_type="${TYPE}",capacity_type="on-demand"} 1`,
    ])
    expect(await world.lines('launch_duration_seconds')).toContain(
      `gpu_provisioner_launch_duration_seconds_sum{instance_type="${TYPE}",outcome="ready"} 240`,
    )
  })

  test('that fail are counted by reason, once', async () => {
    world.work()
    world.claim()
    await world.launch()
    const record = { last: 1, forgiven: 0, reason: 'NoCapacity', message: '', generation: 1, retry: '' }
    const failed = { metadata: { annotations: { 'kaito.sh/failed-launches': JSON.stringify(record) } } }
    world.change(failed)
    world.change({ metadata: { ...failed.metadata, labels: { a: 'b' } } })
    expect(await world.lines('launches_failed_total')).toEqual([
      `gpu_provisioner_launches_failed_total{instance_type="${TYPE}",reason="NoCapacity"} 1`,
    ])
    expect(await world.lines('launch_duration_seconds')).toContain(
      `gpu_provisioner_launch_duration_seconds_count{instance_type="${TYPE}",outcome="failed"} 1`,
    )
  })

  test('that are refused are counted by reason, and the refusal is passed on', async () => {
    world.work()
    world.claim()
    world.cloud.inject({ do: 'refuse', on: 'launch', error: new CloudError('QuotaExceeded', 'limit 0') })
    await expect(world.launch()).rejects.toThrow('limit 0')
    expect(await world.lines('launch_refusals_total')).toEqual([
      `gpu_provisioner_launch_refusals_total{instance_type="${TYPE}",reason="QuotaExceeded"} 1`,
    ])
    expect(await world.lines('launches_accepted_total')).toEqual([])
  })
})

describe('money', () => {
  test('GPU-seconds follow the GPUs of the node, and instances without a usable GPU are counted apart', async () => {
    world.work()
    world.claim()
    await world.launch()
    const labels = `{instance_type="${TYPE}",capacity_type="on-demand"}`
    const without = `gpu_provisioner_instance_seconds_without_gpu_total${labels}`
    expect(await world.lines('gpu_seconds_total')).toEqual([])
    await world.clock.advance(0)
    await world.lines('gpu_seconds_total')
    await world.clock.advance(60_000)
    expect(await world.lines('gpu_seconds_total')).toEqual([`gpu_provisioner_gpu_seconds_total${labels} 60`])
    expect(await world.lines('instance_seconds_without_gpu_total')).toEqual([`${without} 60`])
    world.cluster.put(NODES, {
      metadata: { name: 'node-1', labels: { 'kaito.sh/claim-uid': world.uid() } },
      status: { capacity: { 'nvidia.com/gpu': '4' } },
    })
    world.change(READY)
    await world.lines('gpu_seconds_total')
    await world.clock.advance(10_000)
    expect(await world.lines('gpu_seconds_total')).toEqual([`gpu_provisioner_gpu_seconds_total${labels} 100`])
    expect(await world.lines('instance_seconds_without_gpu_total')).toEqual([`${without} 60`])
  })
})

describe('safety', () => {
  test('the breaker shows whether it is open and for how many', async () => {
    world.work()
    expect(await world.lines('breaker_open')).toEqual(['gpu_provisioner_breaker_open 0'])
    world.hold(7)
    expect(await world.lines('breaker_open')).toEqual(['gpu_provisioner_breaker_open 1'])
    expect(await world.lines('deletions_held')).toEqual(['gpu_provisioner_deletions_held 7'])
  })

  test('a cloud that does not let us in is shown by reason, and its last good list ages', async () => {
    world.work()
    await world.clock.advance(0)
    expect(await world.lines('cloud_trouble')).toEqual([])
    world.cloud.inject({ do: 'refuse', on: 'list', error: new CloudError('Unauthorized', 'no role'), times: 1000 })
    await world.clock.advance(300_000)
    expect(await world.lines('cloud_trouble')).toEqual(['gpu_provisioner_cloud_trouble{reason="Unauthorized"} 1'])
    expect(await world.lines('cloud_list_age_seconds')).toEqual(['gpu_provisioner_cloud_list_age_seconds 300'])
  })

  test('a node that was usable counts as unhealthy, by what is wrong with it', async () => {
    world.work()
    world.claim(READY)
    world.cluster.put(NODES, {
      metadata: { name: 'node-1', labels: { 'kaito.sh/claim-uid': world.uid() } },
      status: { allocatable: { 'nvidia.com/gpu': '1' }, conditions: [{ type: 'Ready', status: 'True' }] },
    })
    expect(await world.lines('nodes_unhealthy')).toEqual([])
    world.cluster.edit(NODES, 'node-1', (stored) => {
      stored.status = { conditions: [{ type: 'Ready', status: 'Unknown' }] }
    })
    expect(await world.lines('nodes_unhealthy')).toEqual(['gpu_provisioner_nodes_unhealthy{reason="NodeNotReady"} 1'])
  })

  test('what was collected is counted by kind, and what nobody claims is shown', async () => {
    world.work()
    world.lifecycle.hooks.onCollected('orphan')
    world.lifecycle.hooks.onUnclaimed([anInstance(), anInstance()])
    expect(await world.lines('garbage_collected_total')).toEqual([
      'gpu_provisioner_garbage_collected_total{kind="orphan"} 1',
    ])
    expect(await world.lines('unclaimed_instances')).toEqual(['gpu_provisioner_unclaimed_instances 2'])
  })
})

test('a stand-by shows nothing of what another process does', async () => {
  world.claim()
  await world.launch()
  world.change(READY)
  world.hold(3)
  await world.clock.advance(60_000)
  for (const name of SHOWN) {
    const lines = await world.lines(name)
    expect(
      lines.filter((line) => !line.endsWith(' 0')),
      name,
    ).toEqual([])
  }
})

test('no name of a claim, node or instance becomes a label', async () => {
  world.work()
  world.claim()
  await world.launch()
  await world.clock.advance(60_000)
  for (const name of SHOWN) expect((await world.lines(name)).join('\n'), name).not.toContain(NAME)
})
