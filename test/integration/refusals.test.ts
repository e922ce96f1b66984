import { describe, expect, test } from 'vitest'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

describe.concurrent('a refusal', () => {
  test('a region that refuses the retired size is said on the Workspace, with what to do, and nothing is billed', async () => {
    await using scenario = await Scenario.start({ azure: { offersRetiredSizes: false } })
    await scenario.apply(
      workspaceManifest(
        'resource: { instanceType: Standard_NC6s_v3, labelSelector: { matchLabels: { apps: phi-3 } } }',
      ),
    )
    const { message } = await scenario.condition('ResourceReady', { status: 'False', reason: 'SkuNotAvailable' })
    expect(message).toMatch(/Standard_NC6s_v3/)
    expect(message).toMatch(/next try at/)
    expect(scenario.billedPools()).toEqual([])
    await scenario.deleteWorkspace()
    await scenario.gone()
  })

  test('missing quota is said on the Workspace, and granting it serves the model without further ado', async () => {
    await using scenario = await Scenario.start({ azure: { quotas: { StandardNCADSA100v4Family: { limit: 0 } } } })
    await scenario.apply(workspaceManifest())
    const { message } = await scenario.condition('ResourceReady', { status: 'False', reason: 'QuotaExceeded' })
    expect(message).toMatch(/StandardNCADSA100v4Family/i)
    expect(scenario.billedPools()).toEqual([])
    await scenario.deleteWorkspace()
    await scenario.gone()
  })

  test('without a device plugin the Workspace names the missing GPU and the remedy', async () => {
    await using scenario = await Scenario.start({ devicePlugin: false })
    await scenario.apply(workspaceManifest())
    const told = await until('GPUNotRegistered', async () => {
      const conditions = (await scenario.machines())[0]?.status?.conditions ?? []
      return conditions.find(({ type, reason }) => type === 'MachineInitialized' && reason === 'GPUNotRegistered')
    })
    expect(told.message).toMatch(/device plugin/)
    await scenario.deleteWorkspace()
    await scenario.gone()
    expect(scenario.livePools()).toEqual([])
  })

  test('a Workspace that this version cannot serve is told why and buys nothing', async () => {
    await using scenario = await Scenario.start()
    const sizes = 'instanceTypes: [Standard_NC24ads_A100_v4, Standard_NC48ads_A100_v4]'
    await scenario.apply(workspaceManifest(`resource: { ${sizes}, labelSelector: { matchLabels: { apps: a } } }`))
    const { reason, message } = await scenario.condition('ResourceReady', { status: 'False' })
    expect(reason).toBe('NotSupported')
    expect(message).toMatch(/^resource\.instanceTypes: .*Standard_NC48ads_A100_v4 has 2/)
    expect(await scenario.machines()).toEqual([])
    await scenario.deleteWorkspace()
    await scenario.gone()
  })
})

/** Without the right to read quota nothing is known before Azure itself refuses. */
const withoutQuotaReading = {
  allowedActions: roleActions(['azure-gpu-provisioner']),
  quotas: { StandardNCADSA100v4Family: { limit: 0 } },
}
const sizes = (...values: string[]) => ({
  requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }],
})
const [A100, T4] = ['Standard_NC24ads_A100_v4', 'Standard_NC4as_T4_v3'] as const
const creates = (scenario: ClaimScenario, name: string) =>
  scenario.azure.requests
    .records()
    .filter(({ method, path }) => method === 'PUT' && path.split('?')[0]?.endsWith(`/agentPools/${name}`))

describe.concurrent('a refused claim', () => {
  test('row 11: the next size is taken at once, and a new process does not ask for the first again', async () => {
    await using scenario = await ClaimScenario.start()
    const body = { code: 'SkuNotAvailable', message: `The requested VM size ${A100} is not available` }
    const action = { do: 'answer', status: 400, headers: { 'retry-after': '600' }, body } as const
    scenario.azure.faults.inject({ match: { method: 'PUT', pool: 'ws1' }, times: 1, action })
    await scenario.apply('ws1', sizes(A100, T4))
    await scenario.ready('ws1')
    expect(creates(scenario, 'ws1')).toHaveLength(2)
    await scenario.kill()
    scenario.run()
    await scenario.apply('ws2', sizes(A100, T4))
    await scenario.ready('ws2')
    const labels = (await scenario.machine('ws2'))?.metadata.labels
    expect(labels).toMatchObject({ 'node.kubernetes.io/instance-type': T4 })
    expect(creates(scenario, 'ws2')).toHaveLength(1)
  })

  test('row 11: Azure itself refuses the first size for want of quota, and the next is launched in the same pass', async () => {
    await using scenario = await ClaimScenario.start({ azure: withoutQuotaReading })
    await scenario.apply('ws1', sizes(A100, T4))
    await scenario.ready('ws1')
    const sent = creates(scenario, 'ws1')
    expect(sent.map(({ status }) => status)).toEqual([400, 201])
    expect(sent.map(({ body = '' }) => [A100, T4].filter((size) => body.includes(size)))).toEqual([[A100], [T4]])
    const [refusedAt = 0, acceptedAt = 0] = sent.map(({ at }) => Date.parse(at))
    expect(acceptedAt - refusedAt).toBeLessThan(1_000)
    expect((await scenario.machine('ws1'))?.metadata.labels).toMatchObject({ 'node.kubernetes.io/instance-type': T4 })
    expect(scenario.launches()).toBe(1)
  })

  test('row 11: every choice is named with its reason, and a new value of kaito.sh/retry asks anew', async () => {
    await using scenario = await ClaimScenario.start({ azure: { ...withoutQuotaReading, offersRetiredSizes: false } })
    await scenario.apply('ws1', sizes(A100, 'Standard_NC6s_v3'))
    const message =
      /none of 2 choices can be had now; Standard_NC24ads_A100_v4: QuotaExceeded, .*; Standard_NC6s_v3: SkuNotAvailable, .*next try at 20/
    await scenario.condition('ws1', 'MachineLaunched', { status: 'False', reason: 'QuotaExceeded', message })
    expect(scenario.livePools()).toEqual([])
    scenario.azure.configure({ quotas: { StandardNCADSA100v4Family: { limit: 1000 } } })
    await scenario.annotate('ws1', { 'kaito.sh/retry': 'quota granted' })
    await scenario.ready('ws1')
  })

  test('a limit per namespace counts the claims of both kinds for its Workspaces, and no others', async () => {
    await using machines = await ClaimScenario.start({ env: { MAX_NODES_PER_NAMESPACE: '1' } })
    const nodeClaims = machines.of('NodeClaim')
    const namespace = (name: string) => ({ labels: { 'kaito.sh/workspacenamespace': name } })
    await machines.apply('ws1', {}, namespace('blue'))
    await machines.ready('ws1')
    await nodeClaims.apply('ws2', {}, namespace('blue'))
    const limited = {
      status: 'Unknown',
      reason: 'LimitReached',
      message: /1 nodes for the Workspaces of namespace blue/,
    }
    await nodeClaims.condition('ws2', 'Launched', limited)
    await nodeClaims.apply('ws3', {}, namespace('red'))
    await nodeClaims.apply('ws4')
    await Promise.all([nodeClaims.ready('ws3'), nodeClaims.ready('ws4')])
    expect(creates(machines, 'ws2')).toEqual([])
    await machines.deleteMachine('ws1')
    await machines.gone('ws1')
    await nodeClaims.annotate('ws2', { 'kaito.sh/retry': 'room now' })
    await nodeClaims.ready('ws2')
  })
})
