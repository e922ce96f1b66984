import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLine, type NodeProcess } from '../harness/child-process.ts'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { comesToRest, written } from './rest.ts'

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/gpu-provisioner/leases/gpu-provisioner'
const leaseSchema = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) })
/** A lease that runs out, and several processes that start. */
const PATIENCE_MS = 120_000
/** What a stopped process may take; Kubernetes kills after 30. */
const STOP_MS = 25_000

/** A provisioner that competes for the lease, and leads. */
async function leading(azure: object = {}): Promise<ClaimScenario> {
  const bed = await ClaimScenario.start({ env: { LEADER_ELECT: 'true', POD_NAME: 'old' }, azure })
  await bed.provisioner.line((line) => (jsonLine(line)?.msg === 'leading and synced' ? true : undefined), 40_000)
  return bed
}

/** Another one waits for the lease, with warm caches. */
async function standsBy(bed: ClaimScenario): Promise<void> {
  await bed.run({ POD_NAME: 'new' }).line((line) => (jsonLine(line)?.msg === 'synced' ? true : undefined))
}

async function holder({ bed }: ClaimScenario): Promise<string> {
  return leaseSchema.parse(JSON.parse((await bed.kube.ask(LEASE)).text)).spec.holderIdentity
}

/** As a virtual machine that is paused: the process stands still with everything that it has under way. */
function putToSleep(process: NodeProcess) {
  void process.kill('SIGSTOP')
  return {
    wake: () => void process.kill('SIGCONT'),
    // One that sleeps does not hear a friendlier signal.
    [Symbol.dispose]: () => void process.kill('SIGKILL'),
  }
}

const puts = ({ azure }: ClaimScenario) => azure.requests.records().filter(({ method }) => method === 'PUT')
const met = ({ azure }: ClaimScenario) => azure.faults.active()[0]?.met ?? 0

describe.concurrent('a leader that sleeps through its lease', { timeout: PATIENCE_MS }, () => {
  test('row 30: in the middle of a launch exits when it wakes, and what it had sent makes no second pool', async () => {
    await using bed = await leading()
    const old = bed.provisioner
    await standsBy(bed)
    // Longer than the lease lasts, with time for the launch of the next one.
    bed.azure.faults.inject({ match: { method: 'PUT' }, times: 1, action: { do: 'delay', seconds: 35 } })
    await bed.apply('ws1')
    await until('its PUT is on the way', () => met(bed) > 0)
    using sleeper = putToSleep(old)
    await bed.condition('ws1', 'Ready', { status: 'True', withinMs: 40_000 })
    await until('its PUT arrives', () => puts(bed).length === 2)
    sleeper.wake()
    expect(await Promise.race([old.exited, pause(5_000, 'goes on')])).toBe(1)
    const sent = puts(bed)
    expect(sent.map(({ status }) => status)).toEqual([201, 412])
    expect(sent.map(({ ifNoneMatch }) => ifNoneMatch)).toEqual(['*', '*'])
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    await comesToRest(bed)
    expect(bed.launches()).toBe(1)
    await bed.deleteMachine('ws1')
    await bed.gone('ws1')
    expect(bed.livePools()).toEqual([])
  })

  test('row 30: exits when it wakes in the middle of the launch of the next one, and does not launch too', async () => {
    await using bed = await leading()
    const old = bed.provisioner
    using sleeper = putToSleep(old)
    bed.azure.faults.inject({ match: { method: 'PUT' }, times: 1, action: { do: 'delay', seconds: 4 } })
    await bed.apply('ws1')
    bed.run({ POD_NAME: 'new' })
    await until('the PUT of the next one is on the way', () => met(bed) > 0)
    sleeper.wake()
    expect(await Promise.race([old.exited, pause(3_000, 'goes on')])).toBe(1)
    expect(puts(bed)).toEqual([])
    await bed.ready('ws1')
    await comesToRest(bed)
    expect(puts(bed).map(({ status }) => status)).toEqual([201])
    expect(await holder(bed)).toBe('new')
  })
})

test('row 12: in a rollout one acts at a time, the next rewrites nothing, and what it does not know stays', {
  timeout: PATIENCE_MS,
}, async () => {
  await using bed = await leading()
  const old = bed.provisioner
  const newer = { 'kaito.sh/of-a-newer-release': 'yes' }
  await bed.apply('ws1', {}, { annotations: newer })
  await bed.ready('ws1')
  const conditions = (await bed.machine('ws1'))?.status?.conditions ?? []
  const unknown = { type: 'OfANewerRelease', status: 'True', reason: 'Because', message: 'it knows more' }
  const lastTransitionTime = '2026-01-02T03:04:05Z'
  const told = { status: { conditions: [...conditions, { ...unknown, lastTransitionTime }] } }
  const path = '/apis/karpenter.sh/v1alpha5/machines/ws1/status'
  expect((await bed.bed.kube.mergePatch(path, told)).status).toBe(200)
  await comesToRest(bed)
  const before = await written(bed)

  await standsBy(bed)
  await comesToRest(bed)
  expect([await holder(bed), await written(bed)]).toEqual(['old', before])
  expect(await old.stop()).toBe(0)
  await until('the next one leads', async () => (await holder(bed)) === 'new')
  await comesToRest(bed)
  expect(await written(bed)).toEqual(before)
  expect(puts(bed)).toHaveLength(1)

  bed.azure.configure({ deniedActions: ['Microsoft.ContainerService/managedClusters/agentPools/delete'] })
  await bed.deleteMachine('ws1')
  await bed.condition('ws1', 'Ready', { status: 'False', reason: 'Unauthorized' })
  const kept = await bed.machine('ws1')
  expect(kept?.metadata.annotations).toMatchObject(newer)
  expect(kept?.status?.conditions).toContainEqual(expect.objectContaining(unknown))
  bed.azure.configure({ deniedActions: [], allowedActions: roleActions() })
  await bed.gone('ws1')
  expect(bed.livePools()).toEqual([])
})

describe.concurrent('row 37: SIGTERM', { timeout: PATIENCE_MS }, () => {
  test.each([
    ['whose answer comes later', { when: 'before', action: { do: 'delay', seconds: 4 } }],
    ['whose answer never comes', { when: 'after', action: { do: 'hang' } }],
    ['that never arrives', { when: 'before', action: { do: 'hang' } }],
  ] as const)(
    'during a launch %s: exit 0 in time, the lease is free, and the next makes one pool',
    async (_how, fault) => {
      await using bed = await leading()
      bed.azure.faults.inject({ match: { method: 'PUT' }, times: 1, ...fault })
      await bed.apply('ws1')
      await until('its PUT is on the way', () => met(bed) > 0)
      await stopsInOrder(bed)
      bed.run({ POD_NAME: 'new' })
      await bed.ready('ws1')
      await comesToRest(bed)
      expect(bed.launches()).toBe(1)
      expect(bed.livePools()).toEqual(['ws1'])
    },
  )

  test('while a pool is created, and again while it is deleted: the next goes on where it was', async () => {
    await using bed = await leading({ createSeconds: 6, deleteSeconds: 6 })
    await bed.apply('ws1')
    await until('the pool is asked for', () => bed.livePools().length === 1)
    await stopsInOrder(bed)
    bed.run({ POD_NAME: 'new' })
    await bed.ready('ws1')
    await bed.deleteMachine('ws1')
    await until('the pool is being deleted', () => bed.armCalls(/^DELETE 202/).length === 1)
    await stopsInOrder(bed)
    expect((await bed.machine('ws1'))?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
    bed.run({ POD_NAME: 'third' })
    await bed.gone('ws1')
    expect(bed.livePools()).toEqual([])
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201', 'DELETE 202'])
  })
})

async function stopsInOrder(bed: ClaimScenario): Promise<void> {
  const startedAt = performance.now()
  expect(await bed.provisioner.stop()).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(STOP_MS)
  expect(await holder(bed)).toBe('')
}
