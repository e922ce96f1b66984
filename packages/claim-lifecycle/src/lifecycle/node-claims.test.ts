import { CloudError } from '@kaito/cloud-provider'
import { ApiError } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const SECOND = 1_000
const MINUTE = 60 * SECOND
const CREATION = 70 * SECOND

type World = ReturnType<typeof createWorld>
type NodeClaimParts = Parameters<World['makeNodeClaim']>[0]

const pool = { name: 'gpus', uid: 'pool', apiVersion: 'karpenter.sh/v1', kind: 'NodePool' }
const noCapacity = new CloudError('NoCapacity', 'none left', {
  choice: { instanceType: 'Standard_NC24ads_A100_v4', zone: undefined, capacityType: 'on-demand' },
})

/** A claim with its instance; the Node has not joined. */
async function launched(parts: NodeClaimParts = {}, world = createWorld()) {
  world.makeNodeClaim(parts)
  await world.advance(CREATION)
  return world
}

/** A claim whose Node has joined with these parts. */
async function joined(node: Parameters<World['join']>[0] = {}, parts: NodeClaimParts = {}) {
  const world = await launched(parts)
  world.join(node)
  await world.advance(5 * SECOND)
  return world
}

const told = (world: World, reason: string) => world.events.filter((event) => event.reason === reason)

test('N6 nothing is written on a claim of another backend, whatever happens around it', async () => {
  const world = createWorld()
  const nodeClassRef = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' }
  world.makeNodeClaim({ spec: { nodeClassRef } })
  world.join()
  await world.advance(MINUTE)
  world.restart()
  await world.advance(MINUTE)
  expect(world.writes()).toEqual([])
  expect(world.cloud.calls().launch).toBe(0)
})

test('N7 the finalizer comes before the launch, and a write conflict only repeats the pass', async () => {
  const world = createWorld()
  const error = new ApiError({ status: 409, reason: 'Conflict', message: 'newer' })
  world.cluster.failWrite({ when: 'before', error })
  world.makeNodeClaim()
  await world.settle()
  expect(world.cloud.calls().launch).toBe(0)
  await world.advance(SECOND)
  expect(world.nodeClaim()?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('N8 a claim waits with Launched Unknown since it was made', async () => {
  const world = await launched()
  expect(world.nodeClaimCondition('Launched')).toMatchObject({
    status: 'Unknown',
    reason: 'PoolCreating',
    lastTransitionTime: world.nodeClaim()?.metadata.creationTimestamp,
  })
  expect(world.nodeClaimCondition('Registered')).toMatchObject({ status: 'Unknown', reason: 'NodeNotFound' })
})

test('N10 a refusal is told with its reason, and the claim of nobody in particular is launched again', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity })
  world.makeNodeClaim()
  await world.settle()
  expect(world.nodeClaimCondition('Launched')).toMatchObject({ status: 'Unknown', reason: 'NoCapacity' })
  await world.advance(5 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('N11 a NodePool gets its claim back when there is no capacity', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 100, error: noCapacity })
  world.makeNodeClaim({ metadata: { ownerReferences: [pool] } })
  await world.advance(MINUTE)
  expect(world.nodeClaim()).toBeUndefined()
  expect(told(world, 'InsufficientCapacityError')).toEqual([
    { type: 'Warning', reason: 'InsufficientCapacityError', message: `NodeClaim ${NAME} event: none left` },
  ])
  expect(world.cloud.instances()).toEqual([])
})

test('N12 N17 a claim is ready with the facts of its Node, which is its own', async () => {
  const image = { 'kubernetes.azure.com/node-image-version': 'AKSUbuntu-1' }
  const world = await launched({ metadata: { labels: { 'topology.kubernetes.io/zone': 'mine' } } })
  const node = world.join()
  world.cluster.edit(world.nodeResource, 'node-1', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, ...image }
  })
  await world.advance(5 * SECOND)
  const claim = world.nodeClaim()
  expect(claim?.status).toMatchObject({
    nodeName: 'node-1',
    providerID: node.spec?.providerID,
    imageID: 'AKSUbuntu-1',
    capacity: node.status?.capacity,
    allocatable: node.status?.allocatable,
  })
  expect(claim?.metadata.labels).toMatchObject({
    'topology.kubernetes.io/zone': 'mine',
    'node.kubernetes.io/instance-type': 'Standard_NC24ads_A100_v4',
  })
  expect(world.nodes()[0]?.metadata.ownerReferences).toEqual([
    {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodeClaim',
      name: NAME,
      uid: claim?.metadata.uid,
      blockOwnerDeletion: true,
    },
  ])
})

describe('claims of a NodePool that are not launched in time', () => {
  const metadata = { ownerReferences: [pool] }
  const policy = new CloudError('PolicyDenied', 'not here')

  test('N13 end five minutes after their creation', async () => {
    const world = createWorld()
    world.cloud.inject({ do: 'refuse', on: 'launch', times: 100, error: policy })
    world.makeNodeClaim({ metadata })
    await world.advance(4 * MINUTE)
    expect(world.nodeClaim()).toBeDefined()
    await world.advance(90 * SECOND)
    expect(world.nodeClaim()).toBeUndefined()
  })

  test('N13 stay while the cloud creates, N14 end without a Node, and their instance with them', async () => {
    const world = createWorld({ createMs: 14 * MINUTE })
    world.makeNodeClaim({ metadata })
    await world.advance(28 * MINUTE)
    expect(world.nodeClaim()).toBeDefined()
    expect(world.nodeClaimCondition('Registered')).toMatchObject({ reason: 'NodeNotFound' })
    await world.advance(5 * MINUTE)
    expect(world.nodeClaim()).toBeUndefined()
    expect(world.cloud.instances()).toEqual([])
  })
})

test('N15 N16 pods are let in when the Node is registered; where they could come before, that is told once', async () => {
  const world = await joined()
  expect(told(world, 'UnregisteredTaintMissing')).toMatchObject([{ type: 'Warning' }])
  world.cluster.edit(world.nodeResource, 'node-1', ({ metadata }) => {
    delete metadata.labels?.['karpenter.sh/registered']
  })
  await world.advance(MINUTE)
  expect(world.nodes()[0]?.metadata.labels).toMatchObject({ 'karpenter.sh/registered': 'true' })
  expect(told(world, 'UnregisteredTaintMissing')).toHaveLength(1)
})

test('N19 two Nodes make the claim unhealthy until one is gone', async () => {
  const world = await launched()
  world.join({ ready: 'False' })
  world.join({ ready: 'False', name: 'node-2' })
  await world.advance(5 * SECOND)
  expect(world.nodeClaimCondition('Registered')).toMatchObject({ status: 'False', reason: 'MultipleNodesFound' })
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'False', reason: 'UnhealthyDependents' })
  world.cluster.vanish(world.nodeResource, 'node-2')
  await world.advance(5 * SECOND)
  expect(world.nodeClaimCondition('Registered')).toMatchObject({ status: 'True' })
})

test('N22 the claim is ready at the moment its GPU shows', async () => {
  const world = await joined({ gpus: '0' })
  expect(world.nodeClaimCondition('Initialized')).toMatchObject({ status: 'Unknown', reason: 'GPUNotRegistered' })
  world.cluster.edit(world.nodeResource, 'node-1', ({ status }) => {
    Object.assign(status?.allocatable ?? {}, { 'nvidia.com/gpu': '1' })
  })
  await world.settle()
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True', reason: 'Ready', message: '' })
  expect(world.nodes()[0]?.metadata.labels).toMatchObject({ 'karpenter.sh/initialized': 'true' })
})

test('N26 claim and Node carry the label of the class', async () => {
  const world = await joined()
  const label = { 'kaito.sh/kaitonodeclass': 'default' }
  expect(world.nodeClaim()?.metadata.labels).toMatchObject(label)
  expect(world.nodes()[0]?.metadata.labels).toMatchObject(label)
})

test('N39 a claim ends when it is as old as it may be', async () => {
  const world = await joined({}, { spec: { expireAfter: '10m' } })
  await world.advance(8 * MINUTE)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  await world.advance(4 * MINUTE)
  expect(world.nodeClaim()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
  expect(told(world, 'Expired')).toHaveLength(1)
})

test('N41 a node that loses a GPU is told once, in condition and event, and costs no writes meanwhile', async () => {
  const world = await joined({ gpus: '8' })
  expect(world.nodeClaimCondition('ConsistentStateFound')).toMatchObject({ status: 'True' })
  world.cluster.edit(world.nodeResource, 'node-1', ({ status }) => {
    Object.assign(status?.capacity ?? {}, { 'nvidia.com/gpu': '7' })
  })
  await world.settle()
  expect(world.nodeClaimCondition('ConsistentStateFound')).toMatchObject({
    status: 'False',
    reason: 'ConsistencyCheckFailed',
    message: 'expected 8 of resource nvidia.com/gpu, but found 7 (87.5% of expected)',
  })
  const writes = world.writes().length
  for (let nth = 0; nth < 5; nth += 1) {
    world.cluster.edit(world.nodeResource, 'node-1', ({ metadata }) => {
      metadata.annotations = { heartbeat: String(nth) }
    })
    await world.advance(MINUTE)
  }
  expect(world.writes()).toHaveLength(writes)
  expect(told(world, 'FailedConsistencyCheck')).toHaveLength(1)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
})

test('N44 a process that ends between launch and status leaves one instance', async () => {
  const world = createWorld()
  world.cluster.failWrite({ when: 'before', matching: ({ subresource }) => subresource === 'status' })
  world.makeNodeClaim()
  await world.settle()
  world.restart()
  await world.advance(CREATION)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.cloud.instances()).toHaveLength(1)
})

test('N45 claims that are made together are launched together', async () => {
  const world = createWorld()
  for (let nth = 0; nth < 50; nth += 1) world.makeNodeClaim({ metadata: { name: `claim${nth}`, uid: `uid-${nth}` } })
  await world.settle()
  expect(world.cloud.launches()).toHaveLength(50)
})

test('N46 a claim that carries the label of a NodePool which is not there is served as any other', async () => {
  const world = await joined({}, { metadata: { labels: { 'karpenter.sh/nodepool': 'gone' } } })
  await world.advance(20 * MINUTE)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  expect(world.nodes()[0]?.metadata.labels).toMatchObject({ 'karpenter.sh/nodepool': 'gone' })
  const types = world.nodeClaim()?.status?.conditions?.map(({ type }) => type)
  expect(types).not.toContain('Drifted')
  expect(types).not.toContain('Consolidatable')
})

test('a launch that comes hours after a refusal has its whole deadline', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 8, error: noCapacity })
  world.makeNodeClaim()
  while (world.cloud.launches().length === 0) await world.advance(5 * MINUTE)
  expect(Date.parse(world.nowIso()) - Date.parse(world.nodeClaim()?.metadata.creationTimestamp ?? '')).toBeGreaterThan(
    60 * MINUTE,
  )
  await world.advance(CREATION)
  world.join()
  await world.advance(5 * SECOND)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  expect(told(world, 'LaunchFailed')).toEqual([])
})

test('a life costs at most fifteen writes, and a quiet claim none', async () => {
  const world = await joined({ ready: 'False' })
  world.cluster.edit(world.nodeResource, 'node-1', ({ status }) => {
    if (status) status.conditions = [{ type: 'Ready', status: 'True' }]
  })
  await world.advance(MINUTE)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  const alive = world.writes().length
  await world.advance(60 * MINUTE)
  expect(world.writes()).toHaveLength(alive)
  world.cluster.delete(world.nodeClaims, NAME)
  await world.advance(10 * MINUTE)
  expect(world.nodeClaim()).toBeUndefined()
  expect(world.nodes()).toEqual([])
  expect(world.writes().length).toBeLessThanOrEqual(15)
})
