import { type AgentPoolClassSpec, type Machine, type NodeClaim, TERMINATION_TIMESTAMP_ANNOTATION } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { type Cache, createMetrics, type KubernetesObject, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import { instanceName } from '../claim/instance-name.ts'
import { createServedKind } from '../claim/served-kind.ts'
import { createDeletionGuard } from '../garbage-collection/deletion-guard.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import { machineAdapter, nodeClaimAdapter, US } from '../testing/adapters.ts'
import { aNode } from '../testing/observed.ts'
import { createClaimHealth } from './claim-health.ts'
import { createHealthController } from './controller.ts'

const MINUTE = 60_000
const MACHINES = machineAdapter.resource
const NODE_CLAIMS = nodeClaimAdapter.resource
const HELD = ['karpenter.sh/termination']

function createWard({ repair }: { repair?: AgentPoolClassSpec['repair'] } = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cloud = createFakeCloud({ clock })
  const log = createMemoryLog()
  const { client } = cluster
  const { signal } = new AbortController()
  const events: { about: string; reason: string; message: string }[] = []
  const instances = createInstanceList({ cloud, clock, log })
  const healthOf = <T extends KubernetesObject>(adapter: ClaimAdapter<T>, claims: Cache<T>) =>
    createClaimHealth({
      adapter,
      client,
      clock,
      claims,
      kind: createServedKind({ adapter, client, provisioner: US, claims }),
    })
  const controller = createHealthController({
    kinds: [
      healthOf(machineAdapter, cluster.cacheOf<Machine>(MACHINES)),
      healthOf(nodeClaimAdapter, cluster.cacheOf<NodeClaim>(NODE_CLAIMS)),
    ],
    client,
    nodes: cluster.cacheOf(NODES, nodeIndexes),
    cloud,
    instances,
    classes: { find: () => ({ found: true, spec: repair ? { repair } : {} }) },
    guard: createDeletionGuard({ cloud, clock, seesClearly: instances.isKnown, settleMs: 15 * MINUTE }),
    tell: ({ kind, metadata }: KubernetesObject, { reason, message }) =>
      void events.push({ about: `${kind} ${metadata.name}`, reason, message }),
    clock,
    random: () => 0.5,
    log,
    metrics: createMetrics(),
  })
  void instances.run(signal)
  void controller.run(signal)

  function serve(name: string) {
    const uid = `uid-of-${name}`
    cloud.plant({ name: instanceName({ name, uid }), claimUid: uid })
    const status = { allocatable: { 'nvidia.com/gpu': '1' }, conditions: [{ type: 'Ready', status: 'True' as const }] }
    const { metadata } = aNode({ name: `node-of-${name}`, uid: `node-uid-of-${name}` })
    cluster.put(NODES, { metadata, spec: { providerID: `fake:///${name}` }, status })
    return { name, uid, finalizers: HELD }
  }
  const steps = (prefix: string) =>
    ['Launched', 'Registered', 'Initialized'].map((type) => ({
      type: `${prefix}${type}`,
      status: 'True' as const,
      reason: type,
      lastTransitionTime: '2029-01-01T00:00:00Z',
    }))
  return {
    clock,
    cluster,
    cloud,
    reasons: () => events.map(({ about, reason }) => `${about}: ${reason}`),
    advance: (ms: number) => clock.advance(ms),
    machine: (name: string) => {
      const spec = { machineTemplateRef: { kind: 'AgentPoolClass', apiVersion: 'kaito.sh/v1alpha1', name: 'c' } }
      const status = { providerID: `fake:///${name}`, conditions: steps('Machine') }
      cluster.put(MACHINES, aMachine({ metadata: serve(name), spec, status }))
    },
    nodeClaim: (name: string) => {
      const spec = { nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'c' } }
      const status = { providerID: `fake:///${name}`, conditions: steps('') }
      cluster.put(NODE_CLAIMS, aNodeClaim({ metadata: serve(name), spec, status }))
    },
    condition: (name: string) => {
      const claim = cluster.get<Machine>(MACHINES, name) ?? cluster.get<NodeClaim>(NODE_CLAIMS, name)
      return claim?.status?.conditions?.find(({ type }) => type === 'NodeHealthy')
    },
    turn: (name: string, status: 'True' | 'False' | 'Unknown', bad: string[] = []) =>
      cluster.edit(NODES, `node-of-${name}`, (node) => {
        const conditions = bad.map((type) => ({ type, status: 'True' as const }))
        node.status = { ...node.status, conditions: [{ type: 'Ready', status }, ...conditions] }
      }),
    leaving: (name: string) =>
      (cluster.get<KubernetesObject>(MACHINES, name) ?? cluster.get<KubernetesObject>(NODE_CLAIMS, name))?.metadata
        .deletionTimestamp !== undefined,
  }
}

test('writes and asks nothing while all nodes are healthy', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  ward.nodeClaim('ws2')
  await ward.advance(60 * MINUTE)
  expect(ward.cluster.writes).toEqual([])
  expect(ward.cloud.calls()).toMatchObject({ get: 0, health: 0 })
  expect(ward.condition('ws1')).toBeUndefined()
})

test.each(['machine', 'nodeClaim'] as const)(
  'tells of an unhealthy node of a %s, and of its recovery, once each',
  async (claim) => {
    const ward = createWard()
    ward[claim]('ws1')
    ward.turn('ws1', 'True', ['XIDErrors'])
    await ward.advance(4 * MINUTE)
    expect(ward.cluster.writes).toEqual([])
    await ward.advance(60 * MINUTE)
    expect(ward.condition('ws1')).toMatchObject({ status: 'False', reason: 'XIDErrors' })
    ward.turn('ws1', 'True')
    await ward.advance(60 * MINUTE)
    expect(ward.condition('ws1')).toMatchObject({ status: 'True' })
    const about = claim === 'machine' ? 'Machine ws1' : 'NodeClaim ws1'
    expect(ward.reasons()).toEqual([`${about}: NodeUnhealthy`, `${about}: NodeRecovered`])
    expect(ward.cluster.writes).toHaveLength(2)
    expect(ward.leaving('ws1')).toBe(false)
  },
)

test('row 10: a node that flaps moves no condition and ends no claim', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  for (let round = 0; round < 60; round += 1) {
    ward.turn('ws1', 'False')
    await ward.advance(3 * MINUTE)
    ward.turn('ws1', 'True')
    await ward.advance(MINUTE)
  }
  expect(ward.cluster.writes).toEqual([])
  expect(ward.leaving('ws1')).toBe(false)
})

test('row 10: a node that is unhealthy most of the time is told of once, and ends no claim', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  for (let round = 0; round < 20; round += 1) {
    ward.turn('ws1', 'Unknown')
    await ward.advance(20 * MINUTE)
    ward.turn('ws1', 'True')
    await ward.advance(2 * MINUTE)
  }
  expect(ward.reasons()).toEqual(['Machine ws1: NodeUnhealthy'])
  expect(ward.leaving('ws1')).toBe(false)
})

test('a class that repairs has the claim deleted an hour after the process could have done so', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  ward.turn('ws1', 'False')
  await ward.advance(74 * MINUTE)
  expect(ward.leaving('ws1')).toBe(false)
  await ward.advance(3 * MINUTE)
  expect(ward.leaving('ws1')).toBe(true)
  expect(ward.reasons()).toEqual(['Machine ws1: NodeUnhealthy', 'Machine ws1: NodeRepair'])
})

test.each(['ws1', 'gpu-x7kq2'])('N40: the pods of the NodeClaim %s that is repaired get no more time', async (name) => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.nodeClaim(name)
  ward.turn(name, 'False')
  await ward.advance(80 * MINUTE)
  const { metadata } = ward.cluster.get<NodeClaim>(NODE_CLAIMS, name) ?? {}
  expect(metadata?.annotations?.[TERMINATION_TIMESTAMP_ANNOTATION]).toBe(metadata?.deletionTimestamp)
  expect(ward.leaving(name)).toBe(true)
})

test('never repairs without the word of its class', async () => {
  const ward = createWard()
  ward.machine('ws1')
  ward.turn('ws1', 'False')
  await ward.advance(24 * 60 * MINUTE)
  expect(ward.leaving('ws1')).toBe(false)
  expect(ward.cloud.calls()).toMatchObject({ get: 0, health: 0 })
})

test('row 77: repairs nothing while the cluster is stopped', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  ward.turn('ws1', 'Unknown')
  ward.cloud.setHealth('Stopped')
  await ward.advance(24 * 60 * MINUTE)
  expect(ward.leaving('ws1')).toBe(false)
})

test('repairs nothing when the cloud itself says that the instance is being changed', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  ward.machine('ws1')
  ward.turn('ws1', 'False')
  await ward.advance(74 * MINUTE)
  ward.cloud.change('ws1', { state: 'Busy' })
  await ward.advance(60 * MINUTE)
  expect(ward.leaving('ws1')).toBe(false)
})

test('I19: repairs one node at a time, and tells once who waits', async () => {
  const ward = createWard({ repair: { unhealthyAfter: '1h' } })
  for (let index = 0; index < 10; index += 1) ward.machine(`ws${index}`)
  for (const name of ['ws1', 'ws2']) ward.turn(name, 'False')
  await ward.advance(80 * MINUTE)
  expect(['ws1', 'ws2'].filter(ward.leaving)).toHaveLength(1)
  expect(ward.reasons().filter((reason) => reason.endsWith('NodeRepairBlocked'))).toHaveLength(1)
  const first = ward.leaving('ws1') ? 'ws1' : 'ws2'
  ward.cluster.vanish(MACHINES, first)
  await ward.advance(5 * MINUTE)
  expect(['ws1', 'ws2'].filter(ward.leaving)).toHaveLength(1)
})
