import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

/** One longer than the name of a Service may be. */
const TOO_LONG = 'w'.repeat(64)

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

  test('a Workspace that cannot be served yet is told why and buys nothing', async () => {
    await using scenario = await Scenario.start()
    const adapters = 'adapters: [{ source: { name: a, image: registry.example.com/adapter:1 } }]'
    await scenario.apply(workspaceManifest(`inference: { preset: { name: phi-3-mini-4k-instruct }, ${adapters} }`))
    const { reason, message } = await scenario.condition('ResourceReady', { status: 'False' })
    expect(reason).toBe('NotSupported')
    expect(message).toMatch(/adapters/)
    expect(await scenario.machines()).toEqual([])
    await scenario.deleteWorkspace()
    await scenario.gone()
  })

  test.each<[what: string, over: string, name: string, reason: string, says: RegExp]>([
    [
      'an unknown size that looks like one with GPUs',
      'resource: { instanceType: Standard_NX96ads_Z100_v9, labelSelector: {} }',
      'phi-3',
      'UnknownInstanceType',
      /"Standard_NX96ads_Z100_v9" is not a known size .* for example Standard_/,
    ],
    ['a name that is too long', `metadata: { name: ${TOO_LONG} }`, TOO_LONG, 'InvalidRequest', /at most 63/],
    [
      'a label that KAITO sets itself',
      'resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchLabels: { kaito.sh/workspace: a } } }',
      'phi-3',
      'InvalidRequest',
      /matchLabels: kaito\.sh\/workspace is set by KAITO itself; use a label of your own/,
    ],
    [
      'a label that no new node can have',
      'resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchLabels: { kubernetes.io/hostname: a } } }',
      'phi-3',
      'InvalidRequest',
      /matchLabels: kubernetes\.io\/hostname is set by the cluster/,
    ],
  ])('a Workspace with %s is told so, buys nothing and can be deleted', async (_what, over, name, reason, says) => {
    await using scenario = await Scenario.start()
    expect((await scenario.apply(workspaceManifest(over))).status).toBe(201)
    const { message } = await scenario.condition('WorkspaceReady', { status: 'False', reason }, name)
    expect(message).toMatch(says)
    await scenario.deleteWorkspace(name)
    await scenario.gone(name)
    expect(await scenario.machines()).toEqual([])
    expect(scenario.billedPools()).toEqual([])
  })
})
