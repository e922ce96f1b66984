import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Manifest } from '../harness/manifests.ts'
import { CREDENTIALS } from '../harness/supplies/supplies.ts'
import { until } from '../harness/until.ts'
import { Scenario } from './scenario.ts'
import { Tenant } from './tenant.ts'

const DATA = 'https://data.example.com/conversations.jsonl'
/** The real one repeats by itself what a server is too busy for; its stand-in leaves that to the tools. */
const CRANE_RETRIES = process.env.CLUSTER === 'real'
const LINE = '{"text": "a conversation"}\n'

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
  scenario.supplies.site.put(DATA, LINE)
})
afterAll(() => scenario[Symbol.asyncDispose]())

interface TuningAsked {
  /** YAML of a flow map. */
  input?: string
  more?: string
  registry?: string
}

/** Of a namespace, whose name the image carries that is pushed. */
function tuning({ namespace }: Tenant, { input = `{ urls: ["${DATA}"] }`, more = '', registry }: TuningAsked = {}) {
  const host = registry ?? scenario.supplies.privateRegistry.host
  const text = `
apiVersion: kaito.sh/v1alpha1
kind: Workspace
metadata: { name: tuned }
resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchLabels: { apps: tuned } } }
tuning:
  preset: { name: phi-3-mini-4k-instruct }
  method: lora
  input: ${input}
  output: { image: "${host}/${namespace}/adapter:1", imagePushSecret: registry-push }
  ${more}`
  const manifest: Manifest = parse(text)
  return manifest
}

async function tenantWithSecret(namespace: string): Promise<Tenant> {
  const tenant = await Tenant.create(scenario, namespace)
  await tenant.registrySecret('registry-push')
  return tenant
}

/** Waits until the pools that a tenant had do not bill any more. */
function nothingBills(pools: string[]) {
  return until(`${pools} do not bill`, () => !scenario.livePools().some((pool) => pools.includes(pool)))
}

const isPushed = ({ namespace }: Tenant) => {
  const files = scenario.supplies.privateRegistry.files(`${namespace}/adapter`, '1')
  return files.has('data/adapter_config.json') && files.has('data/adapter_model.safetensors')
}

async function logOf(tenant: Tenant, pod: string, container: string): Promise<string> {
  return (await tenant.kube.ask(`${tenant.path('pods', pod)}/log?container=${container}`)).text
}

describe.concurrent('a tuning', () => {
  test('gives its node back after its time to live, and stays succeeded', async () => {
    const tenant = await tenantWithSecret('tuning-ttl')
    await tenant.apply(tuning(tenant, { more: 'ttlSecondsAfterFinished: 1' }))
    const pools = await until('a node is asked for', async () => {
      const names = await tenant.pools('tuned')
      return names.length > 0 && names
    })
    await tenant.ready('tuned')
    await tenant.condition('tuned', 'ResourceReady', { status: 'False', reason: 'NodesGivenBack' })
    await nothingBills(pools)
    await tenant.ready('tuned')
    const { status } = (await tenant.workspace('tuned')) ?? {}
    expect(status).toMatchObject({ state: 'Succeeded', workerNodes: [], slots: [] })
    expect(isPushed(tenant)).toBe(true)
    await tenant.kube.ask(tenant.path('jobs', 'tuned'), { method: 'DELETE' })
    await tenant.remove('tuned')
    expect(scenario.billedPools().filter((pool) => pools.includes(pool))).toHaveLength(1)
  })

  test('keeps its node without a time to live, says what that costs, and the command it names gives it back', async () => {
    const tenant = await tenantWithSecret('tuning-kept')
    await tenant.apply(tuning(tenant))
    await tenant.ready('tuned')
    const pools = await tenant.pools('tuned')
    const { message } = await tenant.event('tuned', 'NodesKept')
    const [, patch = ''] = /-p '(.+)'/.exec(message) ?? []
    expect(message).toMatch(/1 GPU \(Standard_NC24ads_A100_v4\).*kubectl patch workspace tuned -n tuning-kept/)
    expect(scenario.livePools()).toEqual(expect.arrayContaining(pools))
    expect((await tenant.kube.mergePatch(tenant.path('workspaces', 'tuned'), patch)).status).toBe(200)
    await tenant.condition('tuned', 'ResourceReady', { status: 'False', reason: 'NodesGivenBack' })
    await nothingBills(pools)
    await tenant.remove('tuned')
  })

  test('takes its data from an image and its settings from a ConfigMap, without which it buys nothing', async () => {
    const tenant = await tenantWithSecret('tuning-image')
    const { privateRegistry } = scenario.supplies
    const data = privateRegistry.put('data/conversations', { 'data/conversations.jsonl': LINE }, { tag: '1' })
    const input = `{ image: "${data}", imagePullSecrets: [registry-push] }`
    await tenant.apply(tuning(tenant, { input, more: 'config: own-settings' }))
    const lack = { status: 'False', reason: 'ConfigNotUsable', message: /^tuning\.config: ConfigMap own-settings/ }
    await tenant.condition('tuned', 'ResourceReady', lack)
    expect(await tenant.claims()).toEqual([])
    const settings = { training_config: { LoraConfig: { r: 32 }, TrainingArguments: { output_dir: '/mnt/mine' } } }
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own-settings' } }
    await tenant.apply({ ...configMap, data: { 'training_config.yaml': JSON.stringify(settings) } })
    await tenant.ready('tuned')
    const config = privateRegistry.files('tuning-image/adapter', '1').get('data/adapter_config.json')
    expect(JSON.parse(config?.toString() ?? '')).toMatchObject({ r: 32 })
    await tenant.remove('tuned')
  })

  test('without its push Secret buys nothing and says which', async () => {
    const tenant = await Tenant.create(scenario, 'tuning-no-secret')
    await tenant.apply(tuning(tenant))
    const says = /^tuning\.output\.imagePushSecret: there is no Secret registry-push/
    await tenant.condition('tuned', 'ResourceReady', { status: 'False', reason: 'SecretNotUsable', message: says })
    expect(await tenant.claims()).toEqual([])
    await tenant.remove('tuned')
  })

  test('whose trainer fails ends at once with its words, without a second Pod', async () => {
    const tenant = await tenantWithSecret('tuning-fails')
    const url = 'https://data.example.com/readme.md'
    scenario.supplies.site.put(url, 'nothing to train with')
    await tenant.apply(tuning(tenant, { input: `{ urls: ["${url}"] }` }))
    const { message } = await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningFailed' })
    expect(message).toMatch(/container trainer .*no data file/)
    expect(message).toMatch(/"kubectl delete job tuned -n tuning-fails" makes another try/)
    await tenant.condition('tuned', 'WorkspaceReady', { status: 'False', reason: 'TuningFailed' })
    expect((await tenant.workspace('tuned'))?.status?.state).toBe('Failed')
    expect(await tenant.pods('tuned')).toHaveLength(1)
    await tenant.event('tuned', 'NodesKept')
    await tenant.remove('tuned')
  })

  test('whose data is empty fails with the remedy, and is tried again on the same node when its Job is deleted', async () => {
    const tenant = await tenantWithSecret('tuning-again')
    const url = 'https://data.example.com/later.jsonl'
    scenario.supplies.site.put(url, '')
    await tenant.apply(tuning(tenant, { input: `{ urls: ["${url}"] }` }))
    const failed = { status: 'True', reason: 'TuningFailed', message: /data-downloader .*later\.jsonl is empty/ }
    await tenant.condition('tuned', 'JobStarted', failed)
    const pools = await tenant.pools('tuned')
    scenario.supplies.site.put(url, LINE)
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' }
    await tenant.kube.ask(tenant.path('jobs', 'tuned'), { method: 'DELETE', body })
    await tenant.ready('tuned')
    expect(await tenant.pools('tuned')).toEqual(pools)
    expect(isPushed(tenant)).toBe(true)
    await tenant.remove('tuned')
  })

  test('row 31: whose push is refused twice pushes a third time, without training again', async () => {
    const tenant = await tenantWithSecret('tuning-push')
    const { registry } = scenario.supplies
    registry.refusePushes(2)
    await tenant.apply(tuning(tenant, { registry: registry.host }))
    await tenant.ready('tuned')
    const [pod, ...others] = await tenant.pods('tuned')
    expect(others).toEqual([])
    const name = pod?.metadata.name ?? ''
    const log = await logOf(tenant, name, 'pusher')
    expect(log.match(/UNAVAILABLE: the registry is out of order; next try/g) ?? []).toHaveLength(CRANE_RETRIES ? 0 : 2)
    expect(log).toMatch(/pushed 127/)
    expect((await logOf(tenant, name, 'trainer')).match(/simulated training on/g)).toHaveLength(1)
    expect(registry.files('tuning-push/adapter', '1').has('data/adapter_config.json')).toBe(true)
    await tenant.remove('tuned')
  })

  test('row 31: with a wrong push Secret pushes once that is right, without training again', async () => {
    const tenant = await Tenant.create(scenario, 'tuning-secret')
    await tenant.registrySecret('registry-push', { ...CREDENTIALS, password: 'wrong' })
    await tenant.apply(tuning(tenant))
    await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningPushing' })
    const [pod] = await tenant.pods('tuned')
    const name = pod?.metadata.name ?? ''
    await until('a push was refused', async () =>
      /attempt 1 failed: .*(UNAUTHORIZED|401)/.test(await logOf(tenant, name, 'pusher')),
    )
    await tenant.correctRegistrySecret('registry-push')
    await tenant.ready('tuned')
    expect((await tenant.pods('tuned')).map(({ metadata }) => metadata.name)).toEqual([name])
    expect(isPushed(tenant)).toBe(true)
    await tenant.remove('tuned')
  })

  test.each([
    ['TuningPending', 'deleted-pending'],
    ['TuningDownloading', 'deleted-downloading'],
    ['TuningTraining', 'deleted-training'],
    ['TuningPacking', 'deleted-packing'],
    ['TuningPushing', 'deleted-pushing'],
    ['TuningSucceeded', 'deleted-succeeded'],
  ])('row 2: that is deleted in the phase %s leaves nothing', async (reason, namespace) => {
    const tenant = await tenantWithSecret(namespace)
    await tenant.apply(tuning(tenant))
    await until(reason, async () => {
      const conditions = (await tenant.workspace('tuned'))?.status?.conditions ?? []
      return conditions.some((one) => one.type === 'JobStarted' && one.reason === reason)
    })
    const claims = await tenant.claims()
    expect(claims).toHaveLength(1)
    await tenant.remove('tuned')
    expect(await tenant.claims()).toEqual([])
    expect(scenario.livePools().filter((pool) => claims.includes(pool))).toEqual([])
    await until('no Pod is left', async () => (await tenant.pods('tuned')).length === 0)
    for (const plural of ['jobs', 'services'] as const) {
      const path = tenant.path(plural, 'tuned')
      await until(`${path} is gone`, async () => (await tenant.kube.ask(path)).status === 404)
    }
  })
})
