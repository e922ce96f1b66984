import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelFiles } from '../harness/supplies/adapter-files.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

const T4 = 'Standard_NC4as_T4_v3'
/** vCPUs of one node of that size. */
const ONE_NODE = 4
const GROUP_DEADLINE_MINUTES = '0.1'

let scenario: Scenario

beforeAll(async () => {
  const quotas = { 'Standard NCASv3_T4 Family': { limit: ONE_NODE } }
  scenario = await Scenario.start({ registry: true, azure: { quotas } })
  await scenario.kill('workspace-controller')
  scenario.run('workspace-controller', { GROUP_DEADLINE_MINUTES })
})
afterAll(() => scenario[Symbol.asyncDispose]())

/** A model that two nodes hold together. */
function spread(size: string, more = ''): string {
  const image = scenario.supplies.privateRegistry.put('models/kaito-llama-2-13b-chat', modelFiles(), { tag: '1' })
  const labels = 'labelSelector: { matchLabels: { apps: spread } }'
  return `
resource: { count: 2, instanceType: ${size}, ${labels}${more} }
inference:
  preset:
    name: llama-2-13b-chat
    accessMode: private
    presetOptions: { image: "${image}", imagePullSecrets: [registry-pull] }`
}

describe.concurrent('a model on two nodes', () => {
  test('answers, and answers again after the Pod that leads was deleted', async () => {
    const tenant = await Tenant.create(scenario, 'spread')
    await tenant.registrySecret('registry-pull')
    await tenant.apply(workspaceManifest(spread('Standard_NC24ads_A100_v4')))
    await tenant.ready('phi-3')
    expect((await tenant.workspace('phi-3'))?.status?.workerNodes).toHaveLength(2)
    const pods = await tenant.pods('phi-3')
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(['phi-3-0', 'phi-3-1'])
    expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(2)
    expect((await tenant.chat('phi-3')).text).toContain('llama-2-13b-chat')

    const leader = pods.find(({ metadata }) => metadata.name === 'phi-3-0')
    await tenant.kube.ask(tenant.path('pods', 'phi-3-0'), { method: 'DELETE' })
    await until('another Pod leads', async () => {
      const found = (await tenant.pods('phi-3')).find(({ metadata }) => metadata.name === 'phi-3-0')
      return found && found.metadata.uid !== leader?.metadata.uid
    })
    await until('the model answers again', async () => (await tenant.chat('phi-3')).status === 200)
    await tenant.ready('phi-3')
    const pools = await tenant.pools('phi-3')
    expect(pools).toHaveLength(2)
    await tenant.remove('phi-3')
    expect(scenario.livePools().filter((pool) => pools.includes(pool))).toEqual([])
  })

  test('row 18: of which one cannot be had gives both back in time with allOrNothing, and says when it tries again', async () => {
    const tenant = await Tenant.create(scenario, 'all-or-nothing')
    await tenant.registrySecret('registry-pull')
    await tenant.apply(workspaceManifest(spread(T4, ', allOrNothing: true')))
    const bought = await until('one node bills', async () => {
      const names = await tenant.pools('phi-3')
      const live = scenario.livePools().filter((pool) => names.includes(pool))
      return live.length > 0 && live
    })
    expect(bought).toHaveLength(1)
    const { message } = await tenant.condition('phi-3', 'ResourceReady', { status: 'False', reason: 'GroupIncomplete' })
    expect(message).toMatch(/1 of 2 nodes were ready after .*all are asked for again at \d{4}-.*QuotaExceeded/)
    await until('nothing bills', () => !scenario.livePools().some((pool) => bought.includes(pool)))
    await until('no claim is left', async () => (await tenant.claims()).length === 0)
    await tenant.remove('phi-3')
  })
})
