import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { AGENT_POOL_CLASSES } from './class-source.ts'

const MINUTE = 60_000
const SIZE = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['big'] }
const ofClass = (name: string, ...more: (typeof SIZE)[]) => ({
  spec: {
    requirements: [SIZE, ...more],
    machineTemplateRef: { apiVersion: 'kaito.sh/v1alpha1', kind: 'AgentPoolClass', name },
  },
})

test('a claim whose class does not exist says so within a second, and is launched when the class appears', async () => {
  const world = createWorld()
  world.claim(ofClass('fast'))
  await world.advance(1_000)
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'ClassNotFound' })
  expect(world.condition('MachineLaunched')?.message).toMatch(/AgentPoolClass fast does not exist\. Create it/)
  expect(world.cloud.calls().launch).toBe(0)
  const writes = world.writes().length
  await world.advance(60 * MINUTE)
  expect(world.writes()).toHaveLength(writes)
  world.agentPoolClass('slow', {})
  world.agentPoolClass('fast', { priority: 'Spot', nodeLabels: { team: 'a' } })
  await world.advance(1_000)
  expect(world.cloud.launches()).toMatchObject([
    { capacityType: 'spot', labels: { team: 'a' }, class: { priority: 'Spot' } },
  ])
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'PoolCreating' })
})

test('a claim of KAITO that names no AgentPoolClass needs none', async () => {
  const world = createWorld()
  world.claim({ spec: { requirements: [SIZE], machineTemplateRef: { name: 'default' } } })
  await world.advance(1_000)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('a class that claim and class contradict each other in is named with both, and its change launches', async () => {
  const world = createWorld()
  world.agentPoolClass('fast', { priority: 'Regular' })
  world.claim(ofClass('fast', { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }))
  await world.advance(1_000)
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'InvalidRequest' })
  expect(world.condition('MachineLaunched')?.message).toMatch(
    /capacity-type.*priority Regular of the AgentPoolClass fast/,
  )
  world.cluster.edit(AGENT_POOL_CLASSES, 'fast', (stored) => {
    stored.spec = { priority: 'SpotThenRegular' }
  })
  await world.advance(1_000)
  expect(world.cloud.launches()).toMatchObject([{ capacityType: 'spot' }])
})

test('a change of the class reaches the next launch only', async () => {
  const world = createWorld()
  world.agentPoolClass('fast', { osSKU: 'Ubuntu' })
  world.cloud.inject({ do: 'failLaunch', afterMs: 30_000, reason: 'NoCapacity', message: 'none' })
  world.claim(ofClass('fast'))
  await world.advance(1_000)
  world.cluster.edit(AGENT_POOL_CLASSES, 'fast', (stored) => {
    stored.spec = { osSKU: 'AzureLinux' }
  })
  await world.advance(20_000)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(2 * MINUTE)
  expect(world.cloud.launches().map((spec) => spec.class.osSKU)).toEqual(['Ubuntu', 'AzureLinux'])
})

test('a node outlives its class', async () => {
  const world = createWorld()
  world.agentPoolClass('fast', {})
  world.claim(ofClass('fast'))
  await world.advance(61_000)
  world.cluster.vanish(AGENT_POOL_CLASSES, 'fast')
  world.join()
  await world.advance(1_000)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
})

test.each([
  ['launch', { launch: '10m' }, 9, 12],
  ['registration', { registration: '5m' }, 5, 8],
])('the %s deadline is that of the class', async (what, deadlines, before, after) => {
  const world = createWorld()
  world.agentPoolClass('fast', { deadlines })
  if (what === 'launch') world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim(ofClass('fast'))
  await world.advance(before * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance((after - before) * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test('zones and priority of the class are choices, tried in turn', async () => {
  const world = createWorld()
  world.agentPoolClass('fast', { priority: 'SpotThenRegular', zones: ['2', '1'] })
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 3, error: choiceless('NoCapacity') })
  world.claim(ofClass('fast'))
  await world.advance(1_000)
  expect(world.cloud.launches()).toMatchObject([{ capacityType: 'on-demand', zone: '1' }])
  expect(world.cloud.calls().launch).toBe(4)
})

/** The fake cloud names the choice that it refused. */
function choiceless(reason: 'NoCapacity') {
  return new CloudError(reason, 'none left')
}
