import type { Workspace } from '@kaito/api'
import { CONFIG_MAPS, JOBS, SECRETS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { runInPod } from '../testing/job-pod.ts'
import { toWorkload } from '../testing/kinds-of-work.ts'
import { aLiving, die, written } from '../testing/living.ts'
import { KEY, type World } from '../testing/world.ts'

const TUNING: NonNullable<Workspace['tuning']> = {
  preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
  method: 'lora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
}

const LIFE = [
  'patch workspaces',
  'create machines',
  'patch workspaces status',
  'create services',
  'create jobs',
  'patch workspaces status',
  'patch workspaces status',
  'delete jobs',
  'delete machines',
  'patch workspaces',
]

function aTuning(parts: Partial<typeof TUNING> = {}): World {
  const world = aLiving({ tuning: { ...TUNING, ...parts } })
  world.prepareTuning()
  return world
}

async function toEnd(world: World, type: 'Complete' | 'Failed' = 'Complete'): Promise<void> {
  await toWorkload(world)
  world.endJob(type)
  await world.pass()
}

test('a tuning without phases to tell of takes these writes and no other', async () => {
  const world = aTuning()
  await toEnd(world)
  expect(world.workspace()?.status?.state).toBe('Succeeded')
  expect(world.condition('WorkspaceSucceeded')).toMatchObject({ status: 'True', reason: 'TuningSucceeded' })
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True' })
  await die(world)
  expect(world.workspace()).toBeUndefined()
  expect(written(world)).toEqual(LIFE)
})

test('each phase is told as it comes, once', async () => {
  const world = aTuning()
  await toWorkload(world)
  for (const step of ['data-downloader', 'trainer', 'packer']) {
    runInPod(world, step)
    await world.pass()
    await world.pass()
  }
  expect(world.events.flatMap((event) => /Tuning\w+/.exec(event)?.[0] ?? [])).toEqual([
    'TuningPending',
    'TuningDownloading',
    'TuningTraining',
    'TuningPacking',
  ])
  expect(world.workspace()?.status?.state).toBe('Running')
})

test('without a time to live the nodes stay, and that they cost money is said once with the way out', async () => {
  const world = aTuning()
  await toEnd(world)
  await world.clock.advance(3_600_000)
  await world.pass()
  const kept = world.events.filter((event) => event.includes('NodesKept'))
  expect(kept).toEqual([expect.stringContaining('1 GPU (Standard_NC24ads_A100_v4)')])
  expect(kept[0]).toContain('ttlSecondsAfterFinished')
  expect(world.cluster.list(MACHINES)).toHaveLength(1)
})

test.each(['Complete', 'Failed'] as const)('with a time to live the nodes go after it (%s)', async (end) => {
  const world = aTuning({ ttlSecondsAfterFinished: 600 })
  await toWorkload(world)
  world.endJob(end)
  const { revisitAfterMs } = (await world.pass()) ?? {}
  expect(revisitAfterMs).toBe(600_000)
  await world.clock.advance(600_000)
  await world.pass()
  expect(world.cluster.list(MACHINES).every(({ metadata }) => metadata.deletionTimestamp)).toBe(true)
  world.finishClaims()
  await world.pass()
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason: 'NodesGivenBack' })
  expect(world.workspace()?.status).toMatchObject({
    state: end === 'Complete' ? 'Succeeded' : 'Failed',
    slots: [],
    workerNodes: [],
  })
  const before = world.cluster.writes.length
  await world.pass()
  expect(world.cluster.writes).toHaveLength(before)
  expect(world.events.filter((event) => event.includes('NodesKept'))).toEqual([])
})

test('a result is not made twice when its Job is removed', async () => {
  const world = aTuning()
  await toEnd(world)
  world.cluster.vanish(JOBS, KEY)
  await world.pass()
  expect(world.cluster.list(JOBS)).toEqual([])
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True', reason: 'TuningSucceeded' })
})

test('a tuning that failed is tried again when its Job is removed', async () => {
  const world = aTuning()
  await toEnd(world, 'Failed')
  expect(world.workspace()?.status?.state).toBe('Failed')
  await world.pass()
  expect(written(world).filter((write) => write === 'create jobs')).toHaveLength(1)
  world.cluster.vanish(JOBS, KEY)
  await world.pass()
  expect(world.cluster.list(JOBS)).toHaveLength(1)
  expect(world.workspace()?.status?.state).toBe('Pending')
})

test.each<[what: string, change: (world: World) => void, reason: string, says: string]>([
  [
    'without its push Secret',
    ({ cluster }) => cluster.vanish(SECRETS, 'default/push'),
    'SecretNotUsable',
    'tuning.output.imagePushSecret: there is no Secret push in namespace default',
  ],
  [
    'with a push Secret of another type',
    ({ cluster }) => cluster.edit(SECRETS, 'default/push', (secret) => Object.assign(secret, { type: 'Opaque' })),
    'SecretNotUsable',
    'is of type Opaque',
  ],
  [
    'without the default settings',
    ({ cluster }) => cluster.vanish(CONFIG_MAPS, 'kaito-workspace/lora-params-template'),
    'ConfigNotUsable',
    'tuning.config: ',
  ],
])('a tuning %s buys nothing, says so, and goes on when that is mended', async (...[, change, reason, says]) => {
  const world = aTuning()
  change(world)
  await world.pass()
  expect(await world.pass()).toMatchObject({ revisitAfterMs: 30_000 })
  expect(world.cluster.list(MACHINES)).toEqual([])
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'False', reason })
  expect(world.condition('WorkspaceReady')?.message).toContain(says)
  const before = world.cluster.writes.length
  await world.pass()
  expect(world.cluster.writes).toHaveLength(before)
  for (const resource of [SECRETS, CONFIG_MAPS]) {
    for (const { metadata } of world.cluster.list(resource))
      world.cluster.vanish(resource, `${metadata.namespace}/${metadata.name}`)
  }
  world.prepareTuning()
  await world.pass()
  expect(world.cluster.list(MACHINES)).toHaveLength(1)
})

test('a Secret that vanished while the nodes came starts no Job', async () => {
  const world = aTuning()
  await world.pass()
  await world.pass()
  world.cluster.vanish(SECRETS, 'default/push')
  world.serveClaims()
  await world.pass()
  expect(world.cluster.list(JOBS)).toEqual([])
  expect(world.condition('ResourceReady')).toMatchObject({ status: 'True' })
  expect(world.condition('JobStarted')).toMatchObject({ status: 'False', reason: 'SecretNotUsable' })
})
