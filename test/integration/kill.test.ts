import { describe, expect, test } from 'vitest'
import type { Controller } from '../harness/cluster-under-test.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

async function restart(scenario: Scenario, controller: Controller): Promise<void> {
  await scenario.kill(controller)
  scenario.run(controller)
}

async function endsServedOnOnePool(scenario: Scenario): Promise<void> {
  await scenario.condition('WorkspaceReady', { status: 'True' })
  expect(scenario.livePools()).toHaveLength(1)
  expect(scenario.billedPools()).toHaveLength(1)
  expect(await scenario.machines()).toHaveLength(1)
}

async function endsWithNothing(scenario: Scenario): Promise<void> {
  await scenario.gone()
  expect(await scenario.machines()).toEqual([])
  expect(scenario.livePools()).toEqual([])
  expect(scenario.billedPools()).toHaveLength(1)
}

const putIsInTheLedger = (scenario: Scenario) =>
  until('a PUT is accepted', () => scenario.azure.ledger.entries().some(({ op }) => op === 'put'))

describe.concurrent('a controller that is killed', () => {
  test('killed after the Machine is created, the workspace controller makes no second one', async () => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await until('a Machine', async () => (await scenario.machines()).length > 0, { everyMs: 2 })
    await restart(scenario, 'workspace-controller')
    await endsServedOnOnePool(scenario)
    await scenario.deleteWorkspace()
    await endsWithNothing(scenario)
  })

  test('row 1: killed after the PUT is sent and before its answer, the gpu-provisioner makes no second pool', async () => {
    await using scenario = await Scenario.start()
    scenario.azure.faults.inject({ match: { method: 'PUT' }, times: 1, when: 'after', action: { do: 'hang' } })
    await scenario.apply(workspaceManifest())
    await putIsInTheLedger(scenario)
    expect((await scenario.machines()).map(({ metadata }) => metadata.finalizers)).toEqual([
      ['karpenter.sh/termination'],
    ])
    await restart(scenario, 'gpu-provisioner')
    await endsServedOnOnePool(scenario)
    expect(scenario.azure.ledger.entries().filter(({ op }) => op === 'put')).toHaveLength(1)
    await scenario.deleteWorkspace()
    await endsWithNothing(scenario)
  })

  test('row 1: killed after the pool is ready, both go on where they were', async () => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await until('the pool is created', () => scenario.azure.ledger.entries().some(({ op }) => op === 'succeeded'), {
      everyMs: 2,
    })
    await Promise.all([restart(scenario, 'gpu-provisioner'), restart(scenario, 'workspace-controller')])
    await endsServedOnOnePool(scenario)
    await scenario.deleteWorkspace()
    await endsWithNothing(scenario)
  })

  test('killed while deleting, both finish the deletion', async () => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await scenario.condition('WorkspaceReady', { status: 'True' })
    await scenario.deleteWorkspace()
    await until('a DELETE is accepted', () => scenario.azure.ledger.entries().some(({ op }) => op === 'delete'), {
      everyMs: 2,
    })
    await Promise.all([restart(scenario, 'gpu-provisioner'), restart(scenario, 'workspace-controller')])
    await endsWithNothing(scenario)
  })

  test('row 2: a Workspace deleted while its pool is being created leaves no pool, even when the provisioner dies meanwhile', async () => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await putIsInTheLedger(scenario)
    await scenario.kill('gpu-provisioner')
    await scenario.deleteWorkspace()
    scenario.run('gpu-provisioner')
    await endsWithNothing(scenario)
  })
})
