import { CloudError } from '@kaito/cloud-provider'
import { ApiError, type KubernetesObject, PODS, type Pod, type Resource } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const MINUTE = 60_000
const SECOND = 1_000
const TIME = 'karpenter.sh/nodeclaim-termination-timestamp'
const ATTACHMENTS: Resource<KubernetesObject & { spec: object }> = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'volumeattachments',
  kind: 'VolumeAttachment',
  namespaced: false,
}

const anAttachment = {
  metadata: { name: 'csi-1' },
  spec: { attacher: 'disk.csi.azure.com', nodeName: 'node-1', source: { persistentVolumeName: 'v1' } },
}

type World = ReturnType<typeof createWorld>

function aPod(name: string, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [], nodeName: 'node-1' },
    status: { phase: 'Running' },
  }
}

async function readyWorld(parts: Parameters<World['makeNodeClaim']>[0] = {}): Promise<World> {
  const world = createWorld()
  world.makeNodeClaim(parts)
  await world.advance(61 * SECOND)
  world.join({ labels: nodeLabels(world) })
  await world.advance(5 * SECOND)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  return world
}

function nodeLabels(world: World): Record<string, string> {
  return { 'kaito.sh/claim-uid': world.nodeClaim()?.metadata.uid ?? '', 'fake-cloud/instance': NAME }
}

const drop = (world: World) => world.cluster.delete(world.nodeClaims, NAME)
const states = (world: World) =>
  ['Drained', 'VolumesDetached', 'InstanceTerminating'].map((type) => {
    const { status, reason } = world.nodeClaimCondition(type) ?? {}
    return status && `${status}/${reason}`
  })

function expectNothingLeft(world: World): void {
  expect([world.nodeClaim(), ...world.nodes(), ...world.cloud.instances()]).toEqual([undefined])
}

test('N28, N31: the Node is tainted and emptied, then the instance ends, then the Node and last the claim go', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  drop(world)
  await world.advance(3 * SECOND)
  expect(world.nodes()[0]?.spec).toMatchObject({ taints: [{ key: 'sku' }, { key: 'karpenter.sh/disrupted' }] })
  expect(world.nodes()[0]?.spec?.unschedulable).toBeUndefined()
  expect(world.cluster.get(PODS, 'default/web')?.metadata.deletionTimestamp).toBeDefined()
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.vanish(PODS, 'default/web')
  await world.advance(10 * SECOND)
  expect(world.cloud.terminations()).toEqual([NAME])
  expect(world.nodes()).toEqual([])
  expect(world.nodeClaim()).toBeDefined()
  await world.advance(MINUTE)
  expectNothingLeft(world)
})

test('N25: a deletion leaves Ready as it was, and all conditions follow the generation', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  drop(world)
  await world.advance(3 * SECOND)
  expect(world.nodeClaimCondition('Ready')).toMatchObject({ status: 'True' })
  const { metadata, status } = world.nodeClaim() ?? {}
  expect(new Set(status?.conditions?.map(({ observedGeneration }) => observedGeneration))).toEqual(
    new Set([metadata?.generation]),
  )
})

test('N29: a refusal keeps the claim and stands in its conditions; the deletion goes on when it is over', async () => {
  const world = await readyWorld()
  world.cloud.inject({ do: 'refuse', on: 'terminate', times: 3, error: new CloudError('Unauthorized', 'no rights') })
  drop(world)
  await world.advance(2 * SECOND)
  expect(world.nodeClaimCondition('InstanceTerminating')).toMatchObject({
    status: 'Unknown',
    reason: 'Unauthorized',
    message: expect.stringContaining('no rights'),
  })
  await world.advance(5 * MINUTE)
  expectNothingLeft(world)
})

test('N30: the time by which pods are gone is written once, with a warning', async () => {
  const world = await readyWorld({ spec: { terminationGracePeriod: '1h' } })
  world.cluster.put(PODS, aPod('web'))
  world.cluster.protect('default/web')
  drop(world)
  const { deletionTimestamp = '' } = world.nodeClaim()?.metadata ?? {}
  await world.advance(MINUTE)
  const time = world.nodeClaim()?.metadata.annotations?.[TIME] ?? ''
  expect(Date.parse(time) - Date.parse(deletionTimestamp)).toBe(60 * MINUTE)
  const warnings = world.events.filter(({ reason }) => reason === 'TerminationGracePeriodExpiring')
  expect(warnings).toEqual([
    { type: 'Warning', reason: 'TerminationGracePeriodExpiring', message: `All pods will be deleted by ${time}` },
  ])
})

test('N33: a protected pod blocks until the deadline, and is then deleted with its grace', async () => {
  const world = await readyWorld({ spec: { terminationGracePeriod: '10m' } })
  world.cluster.put(PODS, aPod('precious', { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } }))
  drop(world)
  await world.advance(9 * MINUTE)
  expect(world.cluster.get(PODS, 'default/precious')?.metadata.deletionTimestamp).toBeUndefined()
  expect(world.nodeClaimCondition('Drained')?.message).toContain(
    'default/precious: carries karpenter.sh/do-not-disrupt',
  )
  expect(world.writes()).not.toContain('evict pods')
  await world.advance(50 * SECOND)
  const { deletionTimestamp, deletionGracePeriodSeconds } = world.cluster.get(PODS, 'default/precious')?.metadata ?? {}
  expect(deletionTimestamp).toBeDefined()
  expect(deletionGracePeriodSeconds).toBeLessThanOrEqual(30)
  expect(deletionGracePeriodSeconds).toBeGreaterThanOrEqual(1)
  expect(world.events).toContainEqual(expect.objectContaining({ reason: 'Disrupted' }))
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.vanish(PODS, 'default/precious')
  await world.advance(2 * MINUTE)
  expectNothingLeft(world)
})

test('N34, M37, row 15: a budget that forbids an eviction is named, told as an event, and asked again', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  const causes = [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods and has 1' }]
  const refused = new ApiError({ status: 429, reason: 'TooManyRequests', message: 'Cannot evict', details: { causes } })
  const isEviction = ({ verb }: { verb: string }) => verb === 'evict'
  for (let times = 0; times < 60; times += 1) {
    world.cluster.failWrite({ when: 'before', error: refused, matching: isEviction })
  }
  drop(world)
  await world.advance(MINUTE)
  expect(world.nodeClaimCondition('Drained')?.message).toContain('The disruption budget web needs 1 healthy pods')
  const told = world.events.filter(({ reason }) => reason === 'FailedDraining')
  expect(told).toEqual([expect.objectContaining({ message: expect.stringContaining('The disruption budget web') })])
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(10 * MINUTE)
  expect(world.cluster.get(PODS, 'default/web')?.metadata.deletionTimestamp).toBeDefined()
})

test.each([
  ['404', new ApiError({ status: 404, reason: 'NotFound', message: 'pods "web" not found', details: { name: 'web' } })],
  ['409', new ApiError({ status: 409, reason: 'Conflict', message: 'the UID does not match' })],
])('N34: an eviction answered with %s is done', async (_status, error) => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  world.cluster.failWrite({ when: 'before', error, matching: ({ verb }) => verb === 'evict' })
  drop(world)
  await world.advance(SECOND)
  world.cluster.vanish(PODS, 'default/web')
  await world.advance(2 * MINUTE)
  expect(world.events.map(({ reason }) => reason)).not.toContain('FailedDraining')
  expectNothingLeft(world)
})

test('N34: a pod of the same name that is another one is not evicted', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  drop(world)
  await world.advance(SECOND)
  const evictions = world.writes().filter((write) => write === 'evict pods')
  expect(evictions).toHaveLength(1)
  world.cluster.vanish(PODS, 'default/web')
  world.cluster.put(PODS, { ...aPod('web'), spec: { containers: [], nodeName: 'another-node' } })
  await world.advance(2 * MINUTE)
  expect(world.cluster.get(PODS, 'default/web')?.metadata.deletionTimestamp).toBeUndefined()
  expectNothingLeft(world)
})

test('N35: a drain that was told lasts at least five seconds', async () => {
  const world = await readyWorld()
  world.cluster.put(PODS, aPod('web'))
  drop(world)
  await world.advance(SECOND)
  expect(states(world)).toEqual(['Unknown/Draining', undefined, undefined])
  const since = Date.parse(world.nodeClaimCondition('Drained')?.lastTransitionTime ?? '')
  world.cluster.vanish(PODS, 'default/web')
  await world.advance(3 * SECOND)
  expect(states(world)).toEqual(['Unknown/Draining', undefined, undefined])
  await world.advance(5 * SECOND)
  expect(states(world)).toEqual(['True/Drained', 'True/VolumesDetached', 'True/InstanceTerminating'])
  const until = Date.parse(world.nodeClaimCondition('Drained')?.lastTransitionTime ?? '')
  expect(until - since).toBeGreaterThanOrEqual(5 * SECOND)
})

test('N36: an attached volume keeps the instance until it is detached', async () => {
  const world = await readyWorld()
  world.cluster.put(ATTACHMENTS, anAttachment)
  drop(world)
  await world.advance(10 * SECOND)
  expect(states(world)).toEqual(['True/Drained', 'Unknown/AwaitingVolumeDetachment', undefined])
  expect(world.nodeClaimCondition('VolumesDetached')?.message).toContain('v1')
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.vanish(ATTACHMENTS, 'csi-1')
  await world.advance(5 * SECOND)
  expect(states(world)).toEqual(['True/Drained', 'True/VolumesDetached', 'True/InstanceTerminating'])
})

test('N36: past its grace period the claim goes on without', async () => {
  const world = await readyWorld({ spec: { terminationGracePeriod: '1m' } })
  world.cluster.put(ATTACHMENTS, anAttachment)
  drop(world)
  await world.advance(75 * SECOND)
  expect(states(world)).toEqual(['True/Drained', 'False/TerminationGracePeriodElapsed', 'True/InstanceTerminating'])
})

test('N37: InstanceTerminating is stored before the finalizer goes, also when the instance vanished by itself', async () => {
  const world = await readyWorld()
  world.cloud.vanish(NAME)
  world.cluster.vanish(world.nodeResource, 'node-1')
  await world.advance(3 * MINUTE)
  const before = world.writes().length
  drop(world)
  await world.advance(MINUTE)
  expectNothingLeft(world)
  expect(world.writes().slice(before)).toEqual(['patch nodeclaims/status', 'patch nodeclaims'])
})

test('the writes of a deletion are few: five without pods', async () => {
  const world = await readyWorld()
  const before = world.writes().length
  drop(world)
  await world.advance(2 * MINUTE)
  expectNothingLeft(world)
  expect(world.writes().slice(before)).toEqual([
    'patch nodes',
    'delete nodes',
    'patch nodes',
    'patch nodeclaims/status',
    'patch nodeclaims',
  ])
})

test('and eight with a grace period, a drain and volumes', async () => {
  const world = await readyWorld({ spec: { terminationGracePeriod: '1h' } })
  const before = world.writes().length
  world.cluster.put(PODS, aPod('web'))
  world.cluster.put(ATTACHMENTS, anAttachment)
  drop(world)
  await world.advance(10 * SECOND)
  world.cluster.vanish(PODS, 'default/web')
  await world.advance(10 * SECOND)
  world.cluster.vanish(ATTACHMENTS, 'csi-1')
  await world.advance(2 * MINUTE)
  expectNothingLeft(world)
  expect(world.writes().slice(before)).toEqual([
    'patch nodeclaims',
    'patch nodes',
    'delete nodes',
    'evict pods',
    'patch nodeclaims/status',
    'patch nodeclaims/status',
    'patch nodes',
    'patch nodeclaims/status',
    'patch nodeclaims',
  ])
})
