import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { ApiError, DEPLOYMENTS, NODES, SECRETS, SERVICES, STATEFUL_SETS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { aLiving, die, live, written } from '../testing/living.ts'
import { KEY, type World } from '../testing/world.ts'
import { WORKSPACES } from './workspaces.ts'

type Inference = NonNullable<Workspace['inference']>
const PHI_3: NonNullable<Inference['preset']> = { name: 'phi-3-mini-4k-instruct', accessMode: 'public' }
const adapter = (name: string, strength = '1.0') => ({
  source: { name, image: `registry.example/${name}:1`, imagePullSecrets: ['pull'] },
  strength,
})
const SPREAD: Partial<Workspace> = {
  resource: { count: 2, instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: {} } },
  inference: {
    preset: { name: 'llama-2-13b-chat', accessMode: 'private', presetOptions: { image: 'registry.example/llama:1' } },
  },
}

function change(world: World, inference: Inference): void {
  world.cluster.edit(WORKSPACES, KEY, (workspace) => {
    workspace.inference = inference
    workspace.metadata.generation = (workspace.metadata.generation ?? 1) + 1
  })
}

function pullSecret({ cluster }: World): void {
  cluster.put(SECRETS, {
    metadata: { name: 'pull', namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
  } as object & {
    metadata: { name: string }
  })
}

test('a model that spreads over two nodes takes these writes, claims side by side', async () => {
  const world = aLiving(SPREAD)
  await live(world)
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
  await die(world)
  expect(written(world)).toEqual([
    'patch workspaces',
    'create machines',
    'create machines',
    'patch workspaces status',
    'create services',
    'create services',
    'create statefulsets',
    'patch workspaces status',
    'patch workspaces status',
    'delete statefulsets',
    'delete machines',
    'delete machines',
    'patch workspaces',
  ])
  expect(world.cluster.list(STATEFUL_SETS)).toEqual([])
  expect(world.cluster.list(SERVICES).map(({ metadata }) => metadata.name)).toEqual(['phi-3', 'phi-3-headless'])
})

test.each<[change: string, before: Inference, after: Inference]>([
  ['an adapter that is added', { preset: PHI_3 }, { preset: PHI_3, adapters: [adapter('a')] }],
  ['adapters that go', { preset: PHI_3, adapters: [adapter('a')] }, { preset: PHI_3 }],
  ['another strength', { preset: PHI_3, adapters: [adapter('a')] }, { preset: PHI_3, adapters: [adapter('a', '0.5')] }],
  [
    'an image of the own',
    { preset: PHI_3 },
    { preset: { ...PHI_3, accessMode: 'private', presetOptions: { image: 'registry.example/own:1' } } },
  ],
])('%s is one write to the workload, which then is as if it had been made so', async (...[, before, after]) => {
  const world = aLiving({ inference: before })
  pullSecret(world)
  await live(world)
  change(world, after)
  const count = world.cluster.writes.length
  await world.pass()
  expect(written(world).slice(count)).toEqual(['patch deployments', 'patch workspaces status'])
  expect(world.workspace()?.status).toMatchObject({ state: 'NotReady', observedGeneration: 2 })
  await world.pass()
  expect(written(world).slice(count)).toHaveLength(2)
  const fresh = aLiving({ inference: after })
  pullSecret(fresh)
  await live(fresh)
  expect(world.cluster.get(DEPLOYMENTS, KEY)?.spec).toEqual(fresh.cluster.get(DEPLOYMENTS, KEY)?.spec)
  world.startModel()
  await world.pass()
  const quiet = world.cluster.writes.length
  await world.pass()
  expect(world.cluster.writes).toHaveLength(quiet)
})

const TEMPLATE = {
  spec: { imagePullSecrets: [{ name: 'pull' }], containers: [{ name: 'a', image: 'registry.example/a:1' }] },
}

test.each<[field: string, inference: Inference]>([
  ['inference.adapters[0].source.imagePullSecrets[0]', { preset: PHI_3, adapters: [adapter('a')] }],
  ['inference.template.spec.imagePullSecrets[0]', { template: TEMPLATE }],
])('a Secret of %s that is missing is named, and nothing is bought', async (field, inference) => {
  const world = aLiving({ inference })
  await world.pass()
  await world.pass()
  expect(world.cluster.list(MACHINES)).toEqual([])
  expect(world.condition('ResourceReady')?.message).toMatch(`${field}: there is no Secret pull`)
})

const MINUTE = 60_000

/** Nodes are there, and the server loads. */
async function toLoading(world: World): Promise<void> {
  await world.pass()
  await world.pass()
  world.serveClaims()
  await world.pass()
}

test('a server that never answers is late once, and its nodes stay', async () => {
  const world = aLiving({ inference: { preset: PHI_3, readiness: { timeoutMinutes: 5 } } })
  await toLoading(world)
  await world.clock.advance(5 * MINUTE)
  await world.pass()
  expect(world.condition('InferenceReady')).toMatchObject({ reason: 'NotReadyInTime' })
  expect(world.condition('InferenceReady')?.message).toMatch(/^no answer within 5 minutes; its nodes cost money/)
  const count = world.cluster.writes.length
  await world.clock.advance(60 * MINUTE)
  await world.pass()
  expect(world.cluster.writes).toHaveLength(count)
  expect(world.cluster.list(MACHINES)).toHaveLength(1)
  world.startModel()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
})

test('a server that has answered before is not late', async () => {
  const world = aLiving({ inference: { preset: PHI_3, readiness: { timeoutMinutes: 5, whenMissed: 'GiveBackNodes' } } })
  await live(world)
  world.cluster.edit(DEPLOYMENTS, KEY, ({ status }) => Object.assign(status ?? {}, { readyReplicas: 0 }))
  await world.clock.advance(60 * MINUTE)
  await world.pass()
  expect(world.condition('InferenceReady')).toMatchObject({ reason: 'WorkloadStarting' })
  expect(world.cluster.list(MACHINES)).toHaveLength(1)
})

test('nodes of a server that never answers are given back where that is asked for, until the Workspace changes', async () => {
  const readiness = { timeoutMinutes: 5, whenMissed: 'GiveBackNodes' as const }
  const world = aLiving({ inference: { preset: PHI_3, readiness } })
  await toLoading(world)
  await world.clock.advance(5 * MINUTE)
  await world.pass()
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'NodesGivenBack' })
  expect(world.workspace()?.status?.state).toBe('Failed')
  expect(written(world).filter((write) => write.startsWith('delete'))).toEqual([])
  await world.pass()
  expect(written(world).filter((write) => write.startsWith('delete'))).toEqual([
    'delete deployments',
    'delete machines',
  ])
  world.finishClaims()
  await world.pass()
  expect(world.workspace()?.status).toMatchObject({ slots: [], workerNodes: [] })
  const count = world.cluster.writes.length
  await world.clock.advance(60 * MINUTE)
  await world.pass()
  expect(world.cluster.writes).toHaveLength(count)
  change(world, { preset: PHI_3 })
  await world.pass()
  expect(world.cluster.list(MACHINES)).toHaveLength(1)
  world.serveClaims()
  await world.pass()
  world.startModel()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
})

test('all nodes or none: what is incomplete in time is recorded first, then given back, then tried again', async () => {
  const world = aLiving({ ...SPREAD, resource: { ...aWorkspace().resource, count: 2, allOrNothing: true } })
  await world.pass()
  await world.pass()
  const [, second] = world.cluster.list(MACHINES)
  world.serveClaims()
  world.cluster.edit(MACHINES, second?.metadata.name ?? '', (machine) => {
    machine.status = {
      conditions: [
        {
          type: 'MachineLaunched',
          status: 'False',
          reason: 'NoCapacity',
          message: 'no A100',
          lastTransitionTime: '2030-01-01T00:00:00Z',
        },
      ],
    }
  })
  await world.pass()
  expect(world.cluster.list(STATEFUL_SETS)).toEqual([])
  await world.clock.advance(30 * MINUTE)
  await world.pass()
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'GroupIncomplete' })
  expect(written(world).filter((write) => write.startsWith('delete'))).toEqual([])
  await world.pass()
  expect(written(world).filter((write) => write.startsWith('delete'))).toEqual(['delete machines', 'delete machines'])
  world.finishClaims()
  await world.pass()
  expect(world.condition('ResourceReady')).toMatchObject({ reason: 'GroupIncomplete' })
  expect(world.cluster.list(MACHINES)).toEqual([])
  await world.clock.advance(30 * MINUTE)
  await world.pass()
  expect(world.cluster.list(MACHINES)).toHaveLength(2)
  world.serveClaims()
  await world.pass()
  world.startModel()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
})

test('a node that is there is used, named in the status, and left when the Workspace goes', async () => {
  const world = aLiving()
  world.cluster.put(NODES, {
    metadata: {
      name: 'own',
      labels: { apps: 'phi-3', 'node.kubernetes.io/instance-type': 'Standard_NC24ads_A100_v4' },
    },
    status: { allocatable: { 'nvidia.com/gpu': '1' }, conditions: [{ type: 'Ready', status: 'True' }] },
  })
  await world.pass()
  await world.pass()
  await world.pass()
  world.startModel()
  await world.pass()
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
  expect(world.workspace()?.status).toMatchObject({ workerNodes: ['own'], slots: [{ nodeName: 'own' }] })
  expect(JSON.stringify(world.cluster.get(DEPLOYMENTS, KEY)?.spec)).toContain('"metadata.name"')
  await die(world)
  expect(world.cluster.get(NODES, 'own')).toBeDefined()
  expect(written(world).filter((write) => write.includes('machines') || write.includes('nodes'))).toEqual([])
})

test('a template that the server refuses buys nothing and says what it refused', async () => {
  const template = { spec: { containers: [{ name: 'a', image: 'registry.example/a:1' }] } }
  const world = aLiving({ inference: { template } })
  world.cluster.failWrite({
    when: 'before',
    nth: 2,
    error: new ApiError({ status: 422, reason: 'Invalid', message: 'spec.template.spec.containers[0].ports: Invalid' }),
  })
  await world.pass()
  await world.pass()
  expect(world.cluster.list(MACHINES)).toEqual([])
  expect(world.condition('ResourceReady')).toMatchObject({
    reason: 'InvalidRequest',
    message: 'inference.template: the API server refused: spec.template.spec.containers[0].ports: Invalid',
  })
})
