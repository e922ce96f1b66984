import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'

const empty = { do: 'answer', status: 200, body: { value: [] } } as const
const broken = { do: 'answer', status: 500, body: {} } as const
const page = { do: 'answer', status: 200, text: '<html>Please sign in</html>' } as const
const away = { do: 'answer', status: 503, body: {} } as const
const busy = {
  do: 'answer',
  status: 409,
  body: { code: 'OperationNotAllowed', message: 'Another operation is in progress' },
} as const

describe.concurrent('an answer of Azure', () => {
  test.each([
    ['row 22: an empty list', { match: { method: 'GET', path: 'agentPools(\\?|$)' }, action: empty }],
    ['row 22: a list that fails on its second page', { match: { method: 'GET', path: 'skiptoken' }, action: broken }],
    [
      'row 34: the page of a proxy instead of the list',
      { match: { method: 'GET', path: 'agentPools(\\?|$)' }, action: page },
    ],
  ])('%s costs no claim, no pod and no second pool', async (_what, fault) => {
    await using bed = await ClaimScenario.start({ azure: { pageSize: 1 } })
    const names = ['ws1', 'ws2', 'ws3']
    for (const name of names) await bed.apply(name)
    for (const name of names) await bed.ready(name)
    const { nodeName = '' } = (await bed.machine('ws3'))?.status ?? {}
    await bed.pod('busy', nodeName)
    bed.azure.faults.inject(fault)
    await bed.apply('ws4')
    await bed.deleteMachine('ws3')
    await until('the pod is asked to leave', async () => !(await bed.hasPod('busy')))
    await pause(6_000)
    expect(bed.livePools()).toEqual(expect.arrayContaining(['ws1', 'ws2']))
    expect((await bed.machines()).map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['ws1', 'ws2']))
    bed.azure.faults.clear()
    await bed.ready('ws4')
    await bed.gone('ws3')
    expect(bed.livePools().sort()).toEqual(['ws1', 'ws2', 'ws4'])
    expect(bed.launches()).toBe(4)
  })

  test.each([3, 14])('row 21: that is %i s old loses no pool', async (readLagSeconds) => {
    await using bed = await ClaimScenario.start({ azure: { readLagSeconds } })
    await bed.apply('ws1')
    await bed.apply('ws2')
    await until('both are asked for', () => bed.livePools().length === 2)
    await bed.deleteMachine('ws2')
    await bed.ready('ws1')
    await bed.deleteMachine('ws1')
    for (const name of ['ws1', 'ws2']) {
      await bed.gone(name, 50_000)
      expect(bed.livePools()).not.toContain(name)
    }
    expect(bed.launches()).toBe(2)
    expect(bed.armCalls(/^PUT/)).toEqual(['PUT 201', 'PUT 201'])
  })

  test('rows 26, 35: that refuses a deletion is told, and the deletion is repeated with care', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.apply('ws2')
    await Promise.all([bed.ready('ws1'), bed.ready('ws2')])
    bed.azure.faults.inject({ match: { method: 'DELETE', pool: 'ws1' }, times: 3, action: busy })
    bed.azure.configure({ deniedActions: ['Microsoft.ContainerService/managedClusters/agentPools/delete'] })
    await bed.deleteMachine('ws1')
    await bed.deleteMachine('ws2')
    await bed.condition('ws1', 'Ready', { status: 'False', reason: 'ClusterBusy' })
    await bed.condition('ws2', 'Ready', { status: 'False', reason: 'Unauthorized' })
    await pause(4_000)
    expect(bed.armCalls(/^DELETE/).length).toBeLessThan(10)
    bed.azure.configure({ deniedActions: [] })
    await Promise.all([bed.gone('ws1'), bed.gone('ws2')])
    expect(bed.livePools()).toEqual([])
  })

  test('row 24: that a deletion goes on and on keeps the claim, and it is asked for once', async () => {
    await using bed = await ClaimScenario.start()
    bed.azure.injectPoolFault({ delete: 'stuck' })
    await bed.apply('ws1')
    await bed.ready('ws1')
    await bed.deleteMachine('ws1')
    await pause(8_000)
    expect(bed.armCalls(/^DELETE/)).toEqual(['DELETE 202'])
    expect((await bed.machine('ws1'))?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
  })

  test('that the quota may not be read holds back no claim, and is said once with the right that is missing', async () => {
    const allowedActions = roleActions(['azure-gpu-provisioner'])
    await using bed = await ClaimScenario.start({ azure: { allowedActions } })
    for (const name of ['ws1', 'ws2']) await bed.apply(name)
    for (const name of ['ws1', 'ws2']) await bed.ready(name)
    const log = await readFile(join(bed.bed.folder, 'gpu-provisioner.log'), 'utf8')
    const said = log.split('\n').filter((line) => line.includes('launches go out unasked'))
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/Microsoft\.Compute\/(skus|locations\/usages)\/read/)
  })

  test('row 34: of an outage is asked for seldom, and everything goes on after it', async () => {
    await using bed = await ClaimScenario.start()
    const [old, young] = [
      ['old1', 'old2', 'old3'],
      ['new1', 'new2', 'new3'],
    ]
    for (const name of old) await bed.apply(name)
    for (const name of old) await bed.ready(name)
    const before = bed.armCalls(/./).length
    bed.azure.faults.inject({ match: { path: 'agentPools' }, action: away })
    for (const name of young) await bed.apply(name)
    for (const name of old) await bed.deleteMachine(name)
    await pause(15_000)
    expect(bed.armCalls(/./).length - before).toBeLessThan(30)
    bed.azure.faults.clear()
    await Promise.all([...young.map(bed.ready), ...old.map((name) => bed.gone(name))])
    expect(bed.livePools().sort()).toEqual(young)
  })

  test('that a pool is gone is taken from the list for thirty deletions at once, under the limits of Azure', async () => {
    await using bed = await ClaimScenario.start({ azure: { throttling: true } })
    const names = Array.from({ length: 30 }, (_, index) => `ws${index}`)
    for (const name of names) await bed.apply(name)
    for (const name of names) await bed.ready(name)
    for (const name of names) await bed.deleteMachine(name)
    for (const name of names) await bed.gone(name, 50_000)
    expect(bed.livePools()).toEqual([])
    expect(bed.armCalls(/ 429$/)).toEqual([])
    expect({ get: bed.armCalls(/^GET/).length, delete: bed.armCalls(/^DELETE/).length }).toEqual({
      get: 30,
      delete: 30,
    })
  })
})
