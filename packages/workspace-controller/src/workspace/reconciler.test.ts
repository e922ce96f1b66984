import { WORKSPACE_FINALIZER } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { ApiError, DEPLOYMENTS, type KubernetesObject, NODES, type Resource, SERVICES } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { aLiving, die, live, remains, written } from '../testing/living.ts'
import { KEY, type World } from '../testing/world.ts'
import { WORKSPACES } from './workspaces.ts'

test('the finalizer stays until the claims are proven gone', async () => {
  const world = aLiving()
  await live(world)
  world.cluster.delete(WORKSPACES, KEY)
  for (let passes = 0; passes < 3; passes += 1) await world.pass()
  expect(world.workspace()?.metadata.finalizers).toEqual([WORKSPACE_FINALIZER])
  expect(written(world).filter((write) => write.startsWith('delete'))).toEqual([
    'delete deployments',
    'delete machines',
  ])
  world.finishClaims()
  world.cluster.failReads(new ApiError({ status: 500, reason: 'InternalError', message: 'away' }))
  await expect(world.pass()).rejects.toThrow('away')
  expect(world.workspace()).toBeDefined()
  world.cluster.failReads(undefined)
  await world.pass()
  expect(world.workspace()).toBeUndefined()
})

test('finalizers of others survive ours', async () => {
  const world = aLiving({ metadata: { finalizers: ['example.com/hold'] } })
  await live(world)
  expect(world.workspace()?.metadata.finalizers).toEqual(['example.com/hold', WORKSPACE_FINALIZER])
  await die(world)
  expect(world.workspace()?.metadata.finalizers).toEqual(['example.com/hold'])
})

test.each<[kind: string, resource: Resource<KubernetesObject>]>([
  ['Deployment', DEPLOYMENTS],
  ['Service', SERVICES],
])("somebody's %s of that name is left alone, and nothing is bought", async (kind, resource) => {
  const world = aLiving()
  world.cluster.put(resource, { metadata: { name: 'phi-3', namespace: 'default' } })
  await world.pass()
  await world.pass()
  expect(remains(world).machines).toEqual([])
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'NameConflict' })
  await die(world)
  expect(world.cluster.get(resource, KEY), kind).toBeDefined()
})

test('a Deployment that came while the nodes were coming is left alone and named', async () => {
  const world = aLiving()
  await world.pass()
  await world.pass()
  world.caches.deployments.pause()
  world.cluster.put(DEPLOYMENTS, { metadata: { name: 'phi-3', namespace: 'default', uid: 'theirs' } })
  world.serveClaims()
  await world.pass()
  expect(world.condition('InferenceReady')).toMatchObject({ status: 'False', reason: 'NameConflict' })
  expect(world.cluster.get(DEPLOYMENTS, KEY)?.metadata.ownerReferences).toBeUndefined()
})

test('what cannot be served buys nothing and is not held', async () => {
  const world = aLiving({ inference: { preset: { name: 'gpt-9', accessMode: 'public' } } })
  await world.pass()
  await world.pass()
  expect(written(world)).toEqual(['patch workspaces status'])
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'UnknownPreset' })
  expect(world.workspace()?.metadata.finalizers).toBeUndefined()
  expect(world.events).toEqual([expect.stringMatching(/^Warning UnknownPreset: inference\.preset\.name: there is no/)])
})

test('a refusal of the API server becomes a condition, and the next pass tries again', async () => {
  const world = aLiving()
  await world.pass()
  const error = new ApiError({ status: 403, reason: 'Forbidden', message: 'exceeded quota' })
  world.cluster.failWrite({ when: 'before', error })
  expect(await world.pass()).toMatchObject({ revisitAfterMs: expect.any(Number) })
  expect(world.condition('ResourceReady')).toMatchObject({
    reason: 'Unauthorized',
    message: expect.stringContaining('quota'),
  })
  await world.pass()
  expect(remains(world).machines).toHaveLength(1)
})

test('what cannot be made because the namespace goes is no refusal', async () => {
  const world = aLiving()
  await world.pass()
  const details = { causes: [{ reason: 'NamespaceTerminating' }] }
  const error = new ApiError({ status: 403, reason: 'Forbidden', message: 'it is being terminated', details })
  world.cluster.failWrite({ when: 'before', error })
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'Deleting' })
})

test.each<[what: string, change: (world: World) => void]>([
  ['gone', ({ cluster }) => cluster.vanish(WORKSPACES, KEY)],
  ['being deleted', ({ cluster }) => cluster.delete(WORKSPACES, KEY)],
  [
    'another one of its name',
    ({ cluster, submit }) => {
      cluster.vanish(WORKSPACES, KEY)
      submit(aWorkspace({ metadata: { uid: 'second', finalizers: [WORKSPACE_FINALIZER] } }))
    },
  ],
])('a cache that has not heard that the Workspace is %s buys nothing', async (_what, change) => {
  const world = aLiving()
  await world.pass()
  world.caches.workspaces.pause()
  change(world)
  await world.pass()
  expect(remains(world).machines).toEqual([])
})

test('conditions that an earlier version left and that do not apply are removed, and those of others stay', async () => {
  const left = { status: 'False' as const, reason: 'Old', message: '', lastTransitionTime: '2025-01-01T00:00:00Z' }
  const conditions = ['JobStarted', 'NodeClaimReady', 'MachineReady', 'Approved'].map((type) => ({ type, ...left }))
  const world = aLiving({ status: { conditions } })
  await live(world)
  expect(world.workspace()?.status?.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Approved False',
    'InferenceReady True',
    'MachineReady True',
    'ResourceReady True',
    'WorkspaceReady True',
    'WorkspaceSucceeded True',
  ])
})

test('ordered sizes are asked for in one claim, and the one taken is told with its node', async () => {
  const instanceTypes = ['Standard_NC40ads_H100_v5', 'Standard_NC24ads_A100_v4']
  const world = aLiving({ resource: { count: 1, instanceTypes, labelSelector: {} } })
  await world.pass()
  await world.pass()
  const [machine] = world.cluster.list(MACHINES)
  expect(machine?.spec?.requirements?.[0]).toMatchObject({ values: instanceTypes })
  expect(world.workspace()?.status?.slots?.[0]).not.toHaveProperty('instanceType')
  world.serveClaims()
  await world.pass()
  const { slots, state, targetNodeCount } = world.workspace()?.status ?? {}
  const [node] = world.cluster.list(NODES)
  expect(slots).toMatchObject([{ phase: 'Ready', nodeName: node?.metadata.name, instanceType: instanceTypes[0] }])
  expect({ state, targetNodeCount }).toEqual({ state: 'Pending', targetNodeCount: 1 })
})

test('a Service follows its annotation', async () => {
  const world = aLiving()
  await live(world)
  world.cluster.edit(WORKSPACES, KEY, ({ metadata }) => {
    metadata.annotations = { 'kaito.sh/enablelb': 'True' }
  })
  await world.pass()
  expect(world.cluster.get(SERVICES, KEY)?.spec?.type).toBe('LoadBalancer')
})

test('another preset reaches the running workload', async () => {
  const world = aLiving()
  await live(world)
  world.cluster.edit(WORKSPACES, KEY, (workspace) => {
    workspace.inference = { preset: { name: 'phi-3-mini-128k-instruct', accessMode: 'public' } }
  })
  await world.pass()
  const image = () => world.cluster.get(DEPLOYMENTS, KEY)?.spec?.template.spec.containers[0]?.image
  expect(image()).toContain('phi-3-mini-128k-instruct')
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'WorkloadStarting' })
  world.startModel()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
  expect(written(world).filter((write) => write === 'patch deployments')).toHaveLength(1)
})

test('several nodes are asked for in one pass and serve one copy each', async () => {
  const resource = { count: 3, instanceType: 'Standard_NC24ads_A100_v4', labelSelector: {} }
  const world = aLiving({ resource })
  await live(world)
  expect(remains(world).machines).toHaveLength(3)
  expect(world.cluster.get(DEPLOYMENTS, KEY)?.spec?.replicas).toBe(3)
  expect(world.workspace()?.status?.workerNodes).toHaveLength(3)
})

test('a claim that vanished is replaced once, after its back-off, and the model is left as it is', async () => {
  const world = aLiving()
  await live(world)
  const [claim] = remains(world).machines
  world.cluster.vanish(NODES, `node-${claim}`)
  world.cluster.vanish(MACHINES, claim ?? '')
  const waited = await world.pass()
  expect(world.workspace()?.status?.slots).toMatchObject([{ attempt: 0, retryAt: expect.any(String) }])
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False' })
  await world.clock.advance(waited?.revisitAfterMs ?? 0)
  await world.pass()
  expect(world.workspace()?.status?.slots).toMatchObject([{ attempt: 1 }])
  expect(remains(world).machines).toHaveLength(1)
  expect(remains(world).machines).not.toContain(claim)
  world.serveClaims()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
})

test('a Workspace made again under its name shares nothing with the first', async () => {
  const world = aLiving()
  await live(world)
  const [first] = remains(world).machines
  await die(world)
  world.submit(aWorkspace({ metadata: { uid: 'second' } }))
  await world.pass()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'Deleting' })
  expect(remains(world).machines).toEqual([])
  world.cluster.vanish(SERVICES, KEY)
  await live(world)
  expect(remains(world).machines).not.toContain(first)
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
})

test('each state is told once, with the successor of a retired size', async () => {
  const resource = { count: 1, instanceType: 'Standard_NC6s_v3', labelSelector: {} }
  const world = aLiving({ resource })
  await live(world)
  await world.pass()
  expect(world.events.map((event) => event.replace(/:.*/, ''))).toEqual([
    'Warning Advice',
    'Normal PoolCreating',
    'Normal NodesReady',
    'Normal WorkloadStarting',
    'Normal WorkloadReady',
  ])
  expect(world.workspace()?.status).toMatchObject({ state: 'Ready', observedGeneration: 1 })
  expect(world.events[0]).toMatch(/^Warning Advice: resource\.instanceType: .*Standard_NC4as_T4_v3/)
})
