import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Controller } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

let scenario: Scenario

beforeEach(async () => {
  scenario = await Scenario.start()
})
afterEach(() => scenario.stop())

async function restart(controller: Controller): Promise<void> {
  await scenario.kill(controller)
  scenario.run(controller)
}

async function endsServedOnOnePool(): Promise<void> {
  await scenario.condition('WorkspaceReady', { status: 'True' })
  expect(scenario.livePools()).toHaveLength(1)
  expect(scenario.billedPools()).toHaveLength(1)
  expect(await scenario.machines()).toHaveLength(1)
}

async function endsWithNothing(): Promise<void> {
  await scenario.gone()
  expect(await scenario.machines()).toEqual([])
  expect(scenario.livePools()).toEqual([])
  expect(scenario.billedPools()).toHaveLength(1)
}

const putIsInTheLedger = () =>
  until('a PUT is accepted', () => scenario.azure.ledger.entries().some(({ op }) => op === 'put'))

test('killed after the Machine is created, the workspace controller makes no second one', async () => {
  await scenario.apply(workspaceManifest())
  await until('a Machine', async () => (await scenario.machines()).length > 0, { everyMs: 2 })
  await restart('workspace-controller')
  await endsServedOnOnePool()
  await scenario.deleteWorkspace()
  await endsWithNothing()
})

test('killed after the PUT is sent and before its answer, the gpu-provisioner makes no second pool', async () => {
  scenario.azure.faults.inject({ match: { method: 'PUT' }, times: 1, when: 'after', action: { do: 'hang' } })
  await scenario.apply(workspaceManifest())
  await putIsInTheLedger()
  await restart('gpu-provisioner')
  await endsServedOnOnePool()
  await scenario.deleteWorkspace()
  await endsWithNothing()
})

test('killed after the pool is ready, both go on where they were', async () => {
  await scenario.apply(workspaceManifest())
  await until('the pool is created', () => scenario.azure.ledger.entries().some(({ op }) => op === 'succeeded'), {
    everyMs: 2,
  })
  await Promise.all([restart('gpu-provisioner'), restart('workspace-controller')])
  await endsServedOnOnePool()
  await scenario.deleteWorkspace()
  await endsWithNothing()
})

test('killed while deleting, both finish the deletion', async () => {
  await scenario.apply(workspaceManifest())
  await scenario.condition('WorkspaceReady', { status: 'True' })
  await scenario.deleteWorkspace()
  await until('a DELETE is accepted', () => scenario.azure.ledger.entries().some(({ op }) => op === 'delete'), {
    everyMs: 2,
  })
  await Promise.all([restart('gpu-provisioner'), restart('workspace-controller')])
  await endsWithNothing()
})

test('a Workspace deleted while its pool is being created leaves no pool, even when the provisioner dies meanwhile', async () => {
  await scenario.apply(workspaceManifest())
  await putIsInTheLedger()
  await scenario.kill('gpu-provisioner')
  await scenario.deleteWorkspace()
  scenario.run('gpu-provisioner')
  await endsWithNothing()
})
