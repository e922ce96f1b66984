import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Manifest, readManifests } from '../harness/manifests.ts'
import { adapterFiles } from '../harness/supplies/adapter-files.ts'
import { filledIn } from '../harness/supplies/filled-in.ts'
import { until } from '../harness/until.ts'
import { Scenario } from './scenario.ts'
import { Tenant } from './tenant.ts'

const FOLDER = 'deploy/examples'
const DATA =
  'https://huggingface.co/datasets/philschmid/dolly-15k-oai-style/resolve/main/data/train-00000-of-00001-54e3756291ca09c6.parquet?download=true'
const PHASES = ['TuningDownloading', 'TuningTraining', 'TuningPacking', 'TuningPushing', 'TuningSucceeded']
const COLUMNS = ['NAME', 'INSTANCE', 'RESOURCEREADY', 'INFERENCEREADY', 'WORKSPACEREADY', 'AGE']

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
  scenario.supplies.site.put(DATA, 'PAR1 simulated')
})
afterAll(() => scenario[Symbol.asyncDispose]())

async function seed(file: string, registry: string): Promise<Manifest> {
  const [manifest] = await readManifests(`${FOLDER}/${file}`)
  if (!manifest) throw new Error(`${file} is empty`)
  return filledIn(manifest, { registry, pushSecret: 'registry-push' })
}

async function columnsOf(tenant: Tenant, name: string): Promise<string[] | undefined> {
  const [header, row] = await tenant.kube.table(tenant.path('workspaces', name))
  expect(header).toEqual(COLUMNS)
  return row?.slice(0, -1)
}

async function hasBothPorts(tenant: Tenant, name: string): Promise<void> {
  const [, service] = await tenant.kube.table(tenant.path('services', name))
  expect(service).toEqual([
    name,
    'ClusterIP',
    expect.stringMatching(/^10\./),
    '<none>',
    '80/TCP,29500/TCP',
    expect.any(String),
  ])
}

async function leavesNothing(tenant: Tenant, name: string): Promise<void> {
  const pools = await tenant.pools(name)
  expect(pools).toHaveLength(1)
  await tenant.remove(name)
  expect(scenario.livePools().filter((pool) => pools.includes(pool))).toEqual([])
}

describe.concurrent('a manifest of the source documents', () => {
  test.each<[file: string, namespace: string, adapters: string]>([
    ['inference/kaito_workspace_phi_3.yaml', 'seed-01', ''],
    ['inference/kaito_workspace_phi_3_with_adapters.yaml', 'seed-03', ' with adapters phi-3-adapter (1.0)'],
  ])('%s is served', async (file, namespace, adapters) => {
    const { registry } = scenario.supplies
    registry.put('adapters/phi-3-adapter', adapterFiles(), { tag: '0.0.1' })
    const tenant = await Tenant.create(scenario, namespace)
    const manifest = await seed(file, registry.host)
    const { name } = manifest.metadata
    await tenant.apply(manifest)
    await tenant.ready(name)
    expect(await columnsOf(tenant, name)).toEqual([name, 'Standard_NC6s_v3', 'True', 'True', 'True'])
    await hasBothPorts(tenant, name)
    const { status, text } = await tenant.chat(name)
    expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining(`-instruct${adapters}: no model`) })
    await leavesNothing(tenant, name)
  })

  test.each([
    ['fine-tuning/kaito_workspace_tuning_phi_3_mini.yaml', 'seed-02'],
    ['fine-tuning/kaito_workspace_tuning_phi_3_mini_adapter.yaml', 'seed-04'],
    ['fine-tuning/kaito_workspace_tuning_phi_3.yaml', 'seed-05'],
  ])('%s is tuned to an image, which then serves as an adapter', async (file, namespace) => {
    const { privateRegistry } = scenario.supplies
    const { host } = privateRegistry
    const tenant = await Tenant.create(scenario, namespace)
    await tenant.registrySecret('registry-push')
    const manifest = await seed(file, `${host}/${namespace}`)
    const { name } = manifest.metadata
    await tenant.apply(manifest)
    await tenant.ready(name)
    expect(await columnsOf(tenant, name)).toEqual([name, 'Standard_NC6s_v3', 'True', '', 'True'])
    await hasBothPorts(tenant, name)
    const reasons = await until('all phases are told', async () => {
      const told = (await tenant.events(name)).map(({ reason }) => reason)
      return told.includes('TuningSucceeded') && told
    })
    expect(reasons).toEqual(expect.arrayContaining([...PHASES, 'NodesKept']))
    expect((await tenant.workspace(name))?.status?.state).toBe('Succeeded')

    const repository = `${namespace}/adapters/${name}`
    const files = privateRegistry.files(repository, '0.0.1')
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['data/adapter_config.json', 'data/adapter_model.safetensors', 'bin/cp']),
    )
    expect(JSON.parse(files.get('data/adapter_config.json')?.toString() ?? '')).toMatchObject({ peft_type: 'LORA' })
    await leavesNothing(tenant, name)

    await tenant.apply({
      ...(await seed('inference/kaito_workspace_phi_3.yaml', host)),
      metadata: { name: 'serves-the-result' },
      inference: {
        preset: { name: 'phi-3-mini-128k-instruct' },
        adapters: [
          { source: { name: 'tuned', image: `${host}/${repository}:0.0.1`, imagePullSecrets: ['registry-push'] } },
        ],
      },
    })
    await tenant.ready('serves-the-result')
    expect((await tenant.chat('serves-the-result')).text).toMatch(/with adapters tuned \(1\.0\)/)
    await leavesNothing(tenant, 'serves-the-result')
  })

  test.each([
    ['inference/kaito_workspace_phi_3_with_adapters.yaml', /adapters\.source\.image/],
    ['fine-tuning/kaito_workspace_tuning_phi_3.yaml', /tuning\.output\.image/],
  ])('%s is refused as long as its placeholders are not filled in, by the name of the field', async (file, field) => {
    const [manifest] = await readManifests(`${FOLDER}/${file}`)
    if (!manifest) throw new Error(`${file} is empty`)
    const { status, text } = await scenario.apply(manifest)
    expect({ status, text }).toEqual({ status: 422, text: expect.stringMatching(field) })
  })
})
