import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

const throttled = { error: { code: 'TooManyRequests', message: 'The request limit has been exceeded.' } }

describe.concurrent('an outage', () => {
  test.each([
    [
      'row 33: one pool results',
      '429 with Retry-After',
      { do: 'answer', status: 429, headers: { 'retry-after': '1' }, body: throttled },
      'before',
    ],
    ['row 33: one pool results', '429 without Retry-After', { do: 'answer', status: 429, body: throttled }, 'before'],
    [
      'row 34: one pool results',
      '500',
      { do: 'answer', status: 500, body: { error: { code: 'InternalServerError', message: 'try later' } } },
      'before',
    ],
    [
      'row 34: one pool results',
      'the page of a broken gateway',
      { do: 'answer', status: 502, text: '<html>Bad Gateway</html>' },
      'before',
    ],
    ['row 34: one pool results', 'a connection cut before the request is carried out', { do: 'reset' }, 'before'],
    ['row 6: one pool results', 'a connection cut after the request was carried out', { do: 'reset' }, 'after'],
    [
      'row 6: one pool results',
      '504 after the request was carried out',
      { do: 'answer', status: 504, text: '<html>Gateway Timeout</html>' },
      'after',
    ],
  ] as const)('%s when Azure first answers a create with %s', async (_row, _name, action, when) => {
    await using scenario = await Scenario.start()
    scenario.azure.faults.inject({ match: { method: 'PUT' }, times: 1, when, action })
    await scenario.apply(workspaceManifest())
    await scenario.condition('WorkspaceReady', { status: 'True' })
    expect(scenario.billedPools()).toHaveLength(1)
    expect(scenario.azure.ledger.entries().filter(({ op }) => op === 'put')).toHaveLength(1)
    await scenario.deleteWorkspace()
    await scenario.gone()
    expect(scenario.livePools()).toEqual([])
  })

  test('row 34: an Azure that is away while a Workspace is deleted keeps its finalizer until the pool is proven gone', async () => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await scenario.condition('WorkspaceReady', { status: 'True' })
    const outage = scenario.azure.faults.inject({ match: { path: 'agentPools' }, action: { do: 'reset' } })
    const met = () => scenario.azure.faults.active()[0]?.met ?? 0
    await scenario.deleteWorkspace()
    await until('Azure was asked in vain', () => met() > 2)
    expect(await scenario.machines()).toHaveLength(1)
    expect(await scenario.workspace()).toBeDefined()
    scenario.azure.faults.clear(outage)
    await scenario.gone()
    expect(scenario.livePools()).toEqual([])
  })
})
