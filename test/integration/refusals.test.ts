import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
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
})
