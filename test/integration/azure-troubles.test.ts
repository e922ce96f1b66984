import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { jsonLine } from '../harness/child-process.ts'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { comesToRest } from './rest.ts'

/** Several pauses that Azure asks for, one after the other. */
const PATIENCE_MS = 120_000

const slower = (retryAfter: string) => ({
  do: 'answer' as const,
  status: 429,
  headers: { 'retry-after': retryAfter },
  body: { error: { code: 'TooManyRequests', message: 'The request limit has been exceeded.' } },
})

const puts = ({ azure }: ClaimScenario) => azure.requests.records().filter(({ method }) => method === 'PUT')
const met = ({ azure }: ClaimScenario) => azure.faults.active()[0]?.met ?? 0
const failedLaunches = async (bed: ClaimScenario, name: string) =>
  JSON.stringify((await bed.machine(name))?.metadata.annotations ?? {})

describe.concurrent('row 33: 429 with Retry-After', { timeout: PATIENCE_MS }, () => {
  test.each([
    ['in seconds', () => '4'],
    ['as a date', () => new Date(Date.now() + 6_000).toUTCString()],
  ])('%s is kept to by every launch, and told', async (_form, retryAfter) => {
    await using bed = await ClaimScenario.start()
    // The date below must still be ahead when the first create is sent.
    await bed.provisioner.line((line) => (jsonLine(line)?.msg === 'leading and synced' ? true : undefined))
    bed.azure.faults.inject({ match: { method: 'PUT' }, times: 1, action: slower(retryAfter()) })
    await bed.apply('ws1')
    await until('Azure has answered', () => puts(bed).length === 1)
    for (const name of ['ws2', 'ws3']) await bed.apply(name)
    await bed.condition('ws1', 'MachineLaunched', { status: 'False', reason: 'Throttled' })
    for (const name of ['ws1', 'ws2', 'ws3']) await bed.ready(name)
    expect(puts(bed).map(({ status }) => status)).toEqual([429, 201, 201, 201])
    const [refusedAt = 0, nextAt = 0] = puts(bed).map(({ at }) => Date.parse(at))
    expect(nextAt - refusedAt).toBeGreaterThanOrEqual(2_900)
    await comesToRest(bed)
    expect(bed.launches()).toBe(3)
  })

  test('of years sends no create meanwhile, and holds back no deletion', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.ready('ws1')
    bed.azure.faults.inject({ match: { method: 'PUT' }, times: 1, action: slower('99999999') })
    await bed.apply('ws2')
    await bed.condition('ws2', 'MachineLaunched', { status: 'False', reason: 'Throttled' })
    await bed.apply('ws3')
    await bed.condition('ws3', 'MachineLaunched', { status: 'False', reason: 'Throttled' })
    await comesToRest(bed)
    for (const name of ['ws1', 'ws2', 'ws3']) await bed.deleteMachine(name)
    for (const name of ['ws1', 'ws2', 'ws3']) await bed.gone(name)
    expect(puts(bed).map(({ status }) => status)).toEqual([201, 429])
    expect(bed.livePools()).toEqual([])
  })
})

describe.concurrent('row 26: rights that are lost during a deletion', { timeout: PATIENCE_MS }, () => {
  test('the whole role: no claim is let go, the others stay, and everything goes on when it is back', async () => {
    await using bed = await ClaimScenario.start({ azure: { deleteSeconds: 2 } })
    for (const name of ['ws1', 'ws2']) await bed.apply(name)
    for (const name of ['ws1', 'ws2']) await bed.ready(name)
    await bed.deleteMachine('ws1')
    await until('the deletion is accepted', () => bed.armCalls(/^DELETE 202/).length === 1)
    bed.azure.configure({ allowedActions: [] })
    await until('the pool is gone', () => !bed.livePools().includes('ws1'))
    const before = bed.armCalls(/./).length
    await pause(8_000)
    // Whatever wakes it up, as time does within a minute.
    await bed.annotate('ws1', { 'example.com/look': 'now' })
    const message = /agentPools\/read/
    await bed.condition('ws1', 'Ready', { status: 'False', reason: 'Unauthorized', message })
    expect((await bed.machine('ws1'))?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
    expect(bed.armCalls(/./).length - before).toBeLessThan(12)
    expect((await bed.machine('ws2'))?.metadata.deletionTimestamp).toBeUndefined()
    await bed.ready('ws2')
    bed.azure.configure({ allowedActions: roleActions() })
    await bed.gone('ws1', 50_000)
    await bed.apply('ws3')
    await bed.ready('ws3')
    await comesToRest(bed)
    expect(bed.livePools().sort()).toEqual(['ws2', 'ws3'])
    expect(bed.armCalls(/^DELETE/)).toEqual(['DELETE 202'])
  })

  test('the right to delete: it is named, other claims are served, and the pool goes when it is back', async () => {
    await using bed = await ClaimScenario.start()
    const right = 'Microsoft.ContainerService/managedClusters/agentPools/delete'
    await bed.apply('ws1')
    await bed.ready('ws1')
    bed.azure.configure({ allowedActions: roleActions().filter((action) => action !== right) })
    await bed.deleteMachine('ws1')
    const message = /agentPools\/delete/
    await bed.condition('ws1', 'Ready', { status: 'False', reason: 'Unauthorized', message })
    await bed.apply('ws2')
    await bed.ready('ws2')
    expect(bed.livePools().sort()).toEqual(['ws1', 'ws2'])
    bed.azure.configure({ allowedActions: roleActions() })
    await bed.gone('ws1', 50_000)
    await comesToRest(bed)
    expect(bed.livePools()).toEqual(['ws2'])
  })

  test('the identity itself (401): the claim is kept, and goes when it is taken again', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.ready('ws1')
    const body = { error: { code: 'AuthenticationFailed', message: 'Authentication failed.' } }
    bed.azure.faults.inject({ match: { path: 'agentPools' }, action: { do: 'answer', status: 401, body } })
    await bed.deleteMachine('ws1')
    await bed.condition('ws1', 'Ready', { status: 'False', reason: 'Unauthorized' })
    const before = bed.armCalls(/./).length
    await pause(5_000)
    expect(bed.armCalls(/./).length - before).toBeLessThan(12)
    expect((await bed.machine('ws1'))?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
    bed.azure.faults.clear()
    await bed.gone('ws1', 50_000)
    expect(bed.livePools()).toEqual([])
  })
})

test('row 36: no operation is followed: how it ends comes from the list, over cut lists and a restart', async () => {
  await using bed = await ClaimScenario.start({ azure: { createSeconds: 6 } })
  const failure = { code: 'AllocationFailed', afterSeconds: 4 }
  bed.azure.injectPoolFault({ pool: 'bad', create: failure, times: 1 })
  for (const name of ['good', 'bad']) await bed.apply(name)
  await until('both are asked for', () => bed.livePools().length === 2)
  const cut = bed.azure.faults.inject({ match: { method: 'GET' }, action: { do: 'reset' } })
  await until('Azure was asked in vain', () => met(bed) > 0)
  await bed.kill()
  bed.run()
  await until('Azure was asked in vain again', () => met(bed) > 2)
  expect(await failedLaunches(bed, 'good')).not.toMatch(/failed-launches/)
  bed.azure.faults.clear(cut)
  for (const name of ['good', 'bad']) await bed.ready(name)
  await comesToRest(bed)
  expect(await failedLaunches(bed, 'good')).not.toMatch(/failed-launches/)
  expect(await failedLaunches(bed, 'bad')).toMatch(/AllocationFailed/)
  expect(bed.armCalls(/^PUT/)).toEqual(['PUT 201', 'PUT 201', 'PUT 201'])
  const paths = bed.azure.requests.records().map(({ path }) => path)
  expect(paths.filter((path) => /operation/i.test(path))).toEqual([])
})
