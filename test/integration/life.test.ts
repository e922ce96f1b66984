import { afterAll, beforeAll, expect, test } from 'vitest'
import { readManifests } from '../harness/manifests.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start()
})
afterAll(() => scenario[Symbol.asyncDispose]())

test('a Workspace is served on a node of its own, which is given back with it', async () => {
  const { bed, azure } = scenario
  expect((await scenario.apply(workspaceManifest())).status).toBe(201)
  await scenario.condition('WorkspaceReady', { status: 'True' })
  const [header, row] = await bed.kube.table('/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/phi-3')
  expect(header).toEqual(['NAME', 'INSTANCE', 'RESOURCEREADY', 'INFERENCEREADY', 'WORKSPACEREADY', 'AGE'])
  expect(row?.slice(0, -1)).toEqual(['phi-3', 'Standard_NC24ads_A100_v4', 'True', 'True', 'True'])
  const service = await bed.kube.table('/api/v1/namespaces/default/services/phi-3')
  expect(service[1]).toContain('80/TCP,29500/TCP')

  const chat = await bed.kube.ask('/api/v1/namespaces/default/services/phi-3:80/proxy/chat', {
    method: 'POST',
    body: { prompt: 'What is Kubernetes?' },
  })
  expect(chat.status).toBe(200)
  expect(chat.text).toMatch(/stand-in/)
  expect(scenario.livePools()).toHaveLength(1)

  await scenario.deleteWorkspace()
  await scenario.gone()
  expect(await scenario.machines()).toEqual([])
  expect(scenario.livePools()).toEqual([])
  expect(azure.ledger.gpuMinutes(scenario.billedPools()[0])).toBeGreaterThan(0)
})

test('one node life costs one PUT, one DELETE and at most three GETs', () => {
  const calls = scenario.armCalls()
  const count = (pattern: RegExp) => calls.filter((call) => pattern.test(call)).length
  expect({ put: count(/^PUT/), delete: count(/^DELETE/), get: count(/^GET \d/) <= 3 }).toEqual({
    put: 1,
    delete: 1,
    get: true,
  })
})

test('the documented example, of a retired size, is served where the region still offers it, with a warning', async () => {
  const [example] = await readManifests('deploy/examples/inference-phi-3-mini.yaml')
  if (!example) throw new Error('the example is empty')
  expect((await scenario.apply(example)).status).toBe(201)
  await scenario.condition('WorkspaceReady', { status: 'True' }, 'workspace-phi-3-mini')
  const events = (await scenario.bed.kube.ask('/api/v1/namespaces/default/events')).text
  expect(events).toMatch(/"reason":"Advice"/)
  expect(events).toMatch(/Standard_NC4as_T4_v3/)
  await scenario.deleteWorkspace('workspace-phi-3-mini')
  await scenario.gone('workspace-phi-3-mini')
  expect(scenario.livePools()).toEqual([])
})
