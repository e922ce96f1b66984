import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { until } from '../harness/until.ts'
import { readArm } from './emulated-azure.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

const SIZE = 'Standard_NC24ads_A100_v4'

const nodesSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      status: z.looseObject({ allocatable: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
})
const poolSchema = z.object({ properties: z.looseObject({}) })

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start()
})
afterAll(() => scenario[Symbol.asyncDispose]())

/** An agent pool that somebody made by hand; resolves with the names of its nodes once they show their GPUs. */
async function ownPool(name: string, apps: string, count = 1): Promise<string[]> {
  const nodeLabels = { apps, 'kaito.sh/machine-type': 'gpu' }
  scenario.azure.pools.create(name, { vmSize: SIZE, count, nodeLabels, nodeTaints: ['sku=gpu:NoSchedule'] })
  return until(`the nodes of ${name} show their GPUs`, async () => {
    const { text } = await scenario.bed.kube.ask(`/api/v1/nodes?labelSelector=agentpool%3D${name}`)
    const usable = nodesSchema
      .parse(JSON.parse(text))
      .items.filter(({ status }) => status.allocatable['nvidia.com/gpu'] === '1')
    return usable.length === count && usable.map(({ metadata }) => metadata.name)
  })
}

const selecting = (apps: string, more = '') =>
  `resource: { instanceType: ${SIZE}, labelSelector: { matchLabels: { apps: ${apps} } }${more} }`

async function nodesOf(tenant: Tenant, name: string): Promise<string[]> {
  return (await tenant.workspace(name))?.status?.workerNodes ?? []
}

describe.concurrent('existing nodes', () => {
  test('serve the Workspaces that select them, one each, before any is bought, and stay when these go', async () => {
    const tenant = await Tenant.create(scenario, 'existing')
    const own = await ownPool('own', 'existing', 2)
    for (const name of ['first', 'second']) {
      await tenant.apply({ ...workspaceManifest(selecting('existing')), metadata: { name } })
    }
    await Promise.all([tenant.ready('first'), tenant.ready('second')])
    const taken = [...(await nodesOf(tenant, 'first')), ...(await nodesOf(tenant, 'second'))]
    expect(taken.sort()).toEqual(own.sort())
    expect([...(await tenant.pools('first')), ...(await tenant.pools('second'))]).toEqual([])

    await tenant.apply({ ...workspaceManifest(selecting('existing')), metadata: { name: 'third' } })
    await tenant.ready('third')
    const bought = await tenant.pools('third')
    expect(bought).toHaveLength(1)

    for (const name of ['first', 'second', 'third']) await tenant.remove(name)
    const live = scenario.livePools()
    expect(live).toContain('own')
    expect(live.filter((pool) => bought.includes(pool))).toEqual([])
    expect((await scenario.bed.kube.ask(`/api/v1/nodes/${own[0]}`)).status).toBe(200)
  })

  test('are left alone with Never', async () => {
    const tenant = await Tenant.create(scenario, 'never-existing')
    const [own] = await ownPool('alone', 'never-existing')
    await tenant.apply(workspaceManifest(selecting('never-existing', ', existingNodes: Never')))
    await tenant.ready('phi-3')
    expect(await nodesOf(tenant, 'phi-3')).not.toContain(own)
    expect(await tenant.pools('phi-3')).toHaveLength(1)
    await tenant.remove('phi-3')
    expect(scenario.livePools()).toContain('alone')
  })
})

describe.concurrent('a node that is bought', () => {
  async function poolOf(tenant: Tenant) {
    const [pool] = await tenant.pools('phi-3')
    return poolSchema.parse(await readArm(scenario.azure, `agentPools/${pool}`)).properties
  }

  test('is a spot node where that is asked for, and the model runs on it', async () => {
    const tenant = await Tenant.create(scenario, 'spot')
    await tenant.apply(workspaceManifest(selecting('spot', ', capacityType: spot')))
    await tenant.ready('phi-3')
    expect(await poolOf(tenant)).toMatchObject({ scaleSetPriority: 'Spot' })
    expect((await tenant.chat('phi-3')).status).toBe(200)
    await tenant.remove('phi-3')
  })

  test('is made by the settings of its class, and one without that class buys nothing', async () => {
    const tenant = await Tenant.create(scenario, 'classed')
    const reference = 'nodeClassRef: { group: kaito.sh, kind: AgentPoolClass, name: placement-research }'
    await tenant.apply(workspaceManifest(selecting('classed', `, ${reference}`)))
    await tenant.condition('phi-3', 'ResourceReady', { status: 'False', reason: 'ClassNotFound' })
    expect(scenario.billedPools()).not.toEqual(expect.arrayContaining(await tenant.pools('phi-3')))
    await tenant.apply({
      apiVersion: 'kaito.sh/v1alpha1',
      kind: 'AgentPoolClass',
      metadata: { name: 'placement-research' },
      spec: { tags: { costcenter: 'research' }, osDisk: { sizeGiB: 256 } },
    })
    await tenant.ready('phi-3')
    const properties = await poolOf(tenant)
    expect(properties).toMatchObject({ tags: { costcenter: 'research' } })
    await tenant.remove('phi-3')
  })
})
