import { ApiError, NODES } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { runInPod } from '../testing/job-pod.ts'
import { aWorldOf, facts, KINDS, TUNING, toWorkload } from '../testing/kinds-of-work.ts'
import { die, written } from '../testing/living.ts'
import { KEY, type World } from '../testing/world.ts'
import { WORKSPACES } from './workspaces.ts'

const MINUTE = 60_000

/** What the gpu-provisioner says of the first claim. */
function say({ cluster }: World, type: string, { reason, message }: { reason: string; message: string }): void {
  const [machine] = cluster.list(MACHINES)
  cluster.edit(MACHINES, machine?.metadata.name ?? '', ({ status = {} }) => {
    const others = (status.conditions ?? []).filter((condition) => condition.type !== type)
    const lastTransitionTime = '2020-01-01T00:00:00Z'
    status.conditions = [...others, { type, status: 'False', reason, message, lastTransitionTime }]
  })
}

test.each(KINDS)(
  'row 9: nodes whose GPUs do not show are told by name, and no %s is made on them',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await world.pass()
    await world.pass()
    world.serveClaims()
    say(world, 'MachineInitialized', { reason: 'GPUNotRegistered', message: 'no device plugin runs on the node' })
    await world.pass()
    expect(world.cluster.list(kind.resource)).toEqual([])
    expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'GPUNotRegistered' })
    expect(world.condition('ResourceReady')?.message).toMatch(/device plugin/)
  },
)

test('row 10: a node that flaps while a model is trained on it changes conditions and nothing else, for an hour', async () => {
  const world = aWorldOf(TUNING)
  await toWorkload(world)
  runInPod(world, 'trainer')
  await world.pass()
  const before = facts(world, TUNING)
  const count = world.cluster.writes.length
  const [node] = world.cluster.list(NODES)
  const becomes = async (status: 'True' | 'Unknown', minutes: number) => {
    world.cluster.edit(NODES, node?.metadata.name ?? '', (server) => {
      server.status = { ...server.status, conditions: [{ type: 'Ready', status }] }
    })
    await world.pass()
    await world.clock.advance(minutes * MINUTE)
    await world.pass()
  }
  for (const minutes of [0.5, 5, 20, 34]) {
    await becomes('Unknown', minutes)
    expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'NodeNotReady' })
    expect(world.condition('JobStarted')).toMatchObject({ status: 'True', reason: 'TuningTraining' })
    expect(world.workspace()?.status).toMatchObject({ state: 'Running', slots: [{ attempt: 0 }] })
    await becomes('True', 1)
  }
  expect(facts(world, TUNING)).toEqual(before)
  expect([...new Set(written(world).slice(count))]).toEqual(['patch workspaces status'])
  expect(world.events.filter((event) => event.startsWith('Warning NodeNotReady'))).toHaveLength(4)
})

test.each(KINDS)(
  'row 13: a namespace that goes is no refusal of its %s, and what was bought goes with it',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await world.pass()
    await world.pass()
    world.serveClaims()
    const details = { causes: [{ reason: 'NamespaceTerminating' }] }
    const error = new ApiError({ status: 403, reason: 'Forbidden', message: 'it is being terminated', details })
    world.cluster.failWrite({ when: 'before', error, matching: ({ resource }) => resource === kind.plural })
    await world.pass()
    expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'Deleting' })
    await die(world)
    expect(facts(world, kind)).toMatchObject({ machines: [], workloads: [], state: undefined })
  },
)

test.each(KINDS)(
  'row 15: a budget that keeps the Pods of a %s on their node is named by the Workspace',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await toWorkload(world)
    world.cluster.delete(WORKSPACES, KEY)
    await world.pass()
    say(world, 'Drained', { reason: 'DrainBlocked', message: 'the budget web allows no eviction of default/web' })
    await world.clock.advance(11 * MINUTE)
    await world.pass()
    expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'False', reason: 'DrainBlocked' })
    expect(world.condition('WorkspaceReady')?.message).toMatch(/the budget web allows no eviction/)
    world.finishClaims()
    await world.pass()
    expect(world.workspace()).toBeUndefined()
  },
)

test('row 31: a result that cannot be pushed keeps its node for a day and longer, and gives it back once it is pushed', async () => {
  const { tuning } = TUNING.parts
  const world = aWorldOf({ ...TUNING, parts: { tuning: tuning && { ...tuning, ttlSecondsAfterFinished: 0 } } })
  await toWorkload(world)
  runInPod(world, 'pusher')
  await world.pass()
  const before = world.cluster.writes.length
  for (let hours = 0; hours < 30; hours += 1) {
    await world.clock.advance(60 * MINUTE)
    await world.pass()
  }
  expect(world.condition('JobStarted')).toMatchObject({ status: 'True', reason: 'TuningPushing' })
  expect(world.cluster.writes).toHaveLength(before)
  expect(world.cluster.list(MACHINES)).toMatchObject([
    { metadata: expect.not.objectContaining({ deletionTimestamp: expect.anything() }) },
  ])
  world.endJob('Complete')
  await world.pass()
  world.finishClaims()
  await world.pass()
  expect(world.workspace()?.status).toMatchObject({ state: 'Succeeded', slots: [] })
  expect(world.cluster.list(MACHINES)).toEqual([])
})

test.each(KINDS)(
  'row 17: a spot node that is taken away is asked for again after its back-off; its %s waits, as it is',
  async (...[, kind]) => {
    const world = aWorldOf(kind)
    await toWorkload(world)
    const before = facts(world, kind).workloads
    const [gone] = world.cluster.list(MACHINES)
    const { name = '' } = gone?.metadata ?? {}
    world.cluster.vanish(NODES, `node-${name}`)
    world.cluster.vanish(MACHINES, name)
    const waits = await world.pass()
    expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'ClaimGone' })
    expect(waits?.revisitAfterMs).toBeGreaterThan(0)
    await world.clock.advance(waits?.revisitAfterMs ?? 0)
    await world.pass()
    expect(world.cluster.list(MACHINES).map(({ metadata }) => metadata.name)).not.toContain(name)
    world.serveClaims()
    await world.pass()
    expect(world.condition('ResourceReady')).toMatchObject({ status: 'True' })
    expect(facts(world, kind).workloads).toEqual(before)
    expect(written(world).filter((write) => write.endsWith(kind.plural))).toEqual([`create ${kind.plural}`])
  },
)
