import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type ApiGate, startApiGate } from '../harness/api-gate.ts'
import { jsonLine } from '../harness/child-process.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { comesToRest, written } from './rest.ts'

/** Longer than several passes of garbage collection and, with these settings, than our own deletions settle. */
const OUTAGE_MS = 8_000
/** An outage, the pause of the watches after it, and a process that starts. */
const PATIENCE_MS = 120_000
/** Longer than an outage: what nobody could see in that time is no failure. */
const env = { REGISTRATION_DEADLINE_MINUTES: '0.5' }

/** The provisioner's way to the API server leads through a gate; Nodes, kubelets and people do not use it. */
async function gated(more: Record<string, string> = {}): Promise<{ bed: ClaimScenario; gate: ApiGate }> {
  const bed = await ClaimScenario.start({ env: { ...env, ...more }, azure: { createSeconds: 3 } })
  await bed.kill()
  const gate = await startApiGate(bed.bed)
  bed.run({ KUBECONFIG: gate.kubeconfigPath })
  return { bed, gate }
}

const lost = (bed: ClaimScenario) =>
  bed.provisioner.line((line) => (jsonLine(line)?.msg === 'watch lost' ? true : undefined))

const isRunning = async (bed: ClaimScenario) =>
  (await Promise.race([bed.provisioner.exited, pause(0, 'running')])) === 'running'

describe.concurrent('an API server that is away', { timeout: PATIENCE_MS }, () => {
  test('rows 14, 32: costs no claim, no pool and no restart, and what Azure did meanwhile is picked up', async () => {
    const { bed, gate } = await gated()
    await using _bed = bed
    await using _gate = gate
    await bed.apply('ws1')
    await bed.ready('ws1')
    await bed.apply('ws2')
    await until('the second pool is asked for', () => bed.livePools().includes('ws2'))
    gate.shut()
    await lost(bed)
    await bed.apply('ws3')
    const before = await written(bed)
    await until('the second pool has its Node', async () => (await bed.nodes()).length === 2)
    await pause(OUTAGE_MS)
    expect(await isRunning(bed)).toBe(true)
    expect((await written(bed)).claims).toEqual(before.claims)
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201', 'PUT 201'])
    gate.open()
    for (const name of ['ws2', 'ws3']) await bed.ready(name)
    await comesToRest(bed)
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201', 'PUT 201', 'PUT 201'])
    expect(bed.livePools().sort()).toEqual(['ws1', 'ws2', 'ws3'])
    await bed.ready('ws1')
  })

  test('row 32: for a deletion keeps pool and Node until it is back', async () => {
    const { bed, gate } = await gated()
    await using _bed = bed
    await using _gate = gate
    await bed.apply('ws1')
    await bed.ready('ws1')
    const [node] = await bed.nodes()
    await bed.pod('busy', node?.metadata.name ?? '')
    gate.shut()
    await lost(bed)
    await bed.deleteMachine('ws1')
    await pause(OUTAGE_MS)
    expect(bed.livePools()).toEqual(['ws1'])
    expect(await bed.hasPod('busy')).toBe(true)
    gate.open()
    await bed.gone('ws1', 50_000)
    expect([bed.livePools(), await bed.nodes()]).toEqual([[], []])
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201', 'DELETE 202'])
  })

  test('row 32: for longer than the lease ends the leader once; the next waits for it and goes on with one pool', async () => {
    const { bed, gate } = await gated({ LEADER_ELECT: 'true', POD_NAME: 'provisioner' })
    await using _bed = bed
    await using _gate = gate
    await bed.apply('ws1')
    await until('the pool is asked for', () => bed.livePools().length === 1)
    gate.shut()
    expect(await bed.provisioner.exited).toBe(1)
    bed.run({ KUBECONFIG: gate.kubeconfigPath })
    await pause(OUTAGE_MS)
    expect(await isRunning(bed)).toBe(true)
    gate.open()
    await bed.ready('ws1')
    await comesToRest(bed)
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201'])
  })
})

test('row 27: a provisioner that comes back to another cluster than it left acts on what is there now', async () => {
  await using bed = await ClaimScenario.start({ env })
  for (const name of ['kept', 'gone', 'remade']) await bed.apply(name)
  for (const name of ['kept', 'gone', 'remade']) await bed.ready(name)
  await bed.kill()
  for (const name of ['gone', 'remade']) {
    await bed.patchMachine(name, { metadata: { finalizers: null } })
    await bed.deleteMachine(name)
  }
  await bed.apply('remade')
  bed.run()
  await bed.heldDeletions(2)
  expect(bed.livePools().sort()).toEqual(['gone', 'kept', 'remade'])
  await bed.approveDeletions('2')
  await until('both are given back', () => bed.livePools().length === 1)
  await bed.annotate('remade', { 'kaito.sh/retry': 'its name is free' })
  await bed.ready('remade')
  await comesToRest(bed)
  expect(bed.livePools().sort()).toEqual(['kept', 'remade'])
  expect(bed.launches()).toBe(4)
  await bed.ready('kept')
})
