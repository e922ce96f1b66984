import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { workspaceManifest } from './scenario.ts'

let bed: TestBed

beforeAll(async () => {
  bed = await startTestBed({ cluster: { kubelet: false } })
})
afterAll(() => bed.stop())

const TUNING = `
inference:
tuning:
  preset: { name: phi-3-mini-4k-instruct }
  method: qlora
  input: { urls: ["https://example.com/data.parquet"] }
`

test.each<[what: string, yaml: string, status: number, says: RegExp[]]>([
  [
    'an unknown field',
    'resource: { instancetype: x, labelSelector: {} }',
    400,
    [/unknown field "resource\.instancetype"/],
  ],
  [
    'a wrong type',
    'resource: { count: two, instanceType: Standard_NC24ads_A100_v4, labelSelector: {} }',
    422,
    [/resource\.count/, /integer/],
  ],
  [
    'a missing required field',
    'resource: { instanceType: Standard_NC24ads_A100_v4 }',
    422,
    [/resource\.labelSelector: Required value/],
  ],
  [
    'both inference and tuning',
    `${TUNING.replace('inference:\n', '')}  output: { image: registry.example.com/out:1, imagePushSecret: push }`,
    422,
    [/inference and tuning cannot be set together/],
  ],
  ['neither inference nor tuning', 'inference:', 422, [/one of inference and tuning is required/]],
  [
    'an unknown preset',
    'inference: { preset: { name: phi-9 } }',
    422,
    [/inference\.preset\.name/, /phi-9/, /phi-3-mini-4k-instruct/],
  ],
  [
    'a size without GPUs',
    'resource: { instanceType: Standard_D4s_v5, labelSelector: {} }',
    422,
    [/resource\.instanceType/, /Standard_D4s_v5/, /Standard_NC24ads_A100_v4/],
  ],
  ['no size', 'resource: { labelSelector: {} }', 422, [/resource\.instanceType: name the GPU size/]],
  [
    'a placeholder as adapter image',
    'inference: { preset: { name: phi-3-mini-4k-instruct }, adapters: [{ source: { name: a, image: "ACR_REPO_HERE.azurecr.io/ADAPTER_HERE:0.0.1" } }] }',
    422,
    [/inference\.adapters\[0\]\.source\.image/, /replace the placeholder/],
  ],
  [
    'placeholders in tuning output',
    `${TUNING}  output: { image: "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1", imagePushSecret: ACR_REGISTRY_SECRET_HERE }`,
    422,
    [/tuning\.output\.image/, /tuning\.output\.imagePushSecret/],
  ],
  [
    'matchExpressions',
    'resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchExpressions: [{ key: a, operator: Exists }] } }',
    422,
    [/matchExpressions is not supported; write the labels under matchLabels/],
  ],
])('the API server refuses %s, naming the field and the remedy', async (_what, yaml, wanted, says) => {
  const { status, text } = await createManifest(bed.kube, workspaceManifest(yaml))
  const { message }: { message: string } = JSON.parse(text)
  expect({ status, message }).toMatchObject({ status: wanted })
  for (const pattern of says) expect(message).toMatch(pattern)
})

test('the size of a Workspace cannot be changed, its labels can', async () => {
  const { path, status } = await createManifest(bed.kube, workspaceManifest('metadata: { name: fixed }'))
  expect(status).toBe(201)
  const patch = (body: unknown) => bed.kube.mergePatch(path, body)
  const resized = await patch({ resource: { instanceType: 'Standard_NC48ads_A100_v4' } })
  expect(resized.status).toBe(422)
  expect(resized.text).toMatch(/resource\.instanceType cannot be changed/)
  const retold = await patch({
    inference: null,
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct' },
      method: 'lora',
      input: { urls: ['https://example.com/a'] },
      output: { image: 'registry.example.com/a:1', imagePushSecret: 's' },
    },
  })
  expect(retold.status).toBe(422)
  expect(retold.text).toMatch(/cannot change between inference and tuning/)
  expect((await patch({ metadata: { labels: { team: 'a' } } })).status).toBe(200)
})

test('a preset or a whole catalogue removed under a live Workspace never blocks its deletion', async () => {
  const { path } = await createManifest(
    bed.kube,
    workspaceManifest('metadata: { name: trapped, finalizers: [example.com/held] }'),
  )
  const catalogue = '/api/v1/namespaces/kaito-workspace/configmaps/kaito-catalogue'
  const patch = (target: string, body: unknown) => bed.kube.mergePatch(target, body)
  expect((await patch(catalogue, { data: { presets: 'another-model' } })).status).toBe(200)
  expect((await patch(path, { metadata: { labels: { still: 'editable' } } })).status).toBe(200)
  expect((await bed.kube.ask(catalogue, { method: 'DELETE' })).status).toBe(200)
  expect((await bed.kube.ask(path, { method: 'DELETE' })).status).toBe(200)
  expect((await patch(path, { metadata: { finalizers: null } })).status).toBe(200)
  expect((await bed.kube.ask(path)).status).toBe(404)
  for (const manifest of await readManifests('charts/kaito/workspace/files/catalogue.yaml')) {
    expect((await createManifest(bed.kube, manifest)).status).toBe(201)
  }
})

describe('a claim that nobody can serve', () => {
  let scenario: ClaimScenario
  let made = 0

  beforeAll(async () => {
    scenario = await ClaimScenario.start()
  })
  afterAll(() => scenario.bed.stop())

  const size = (...values: string[]) => ({ key: 'node.kubernetes.io/instance-type', operator: 'In', values })
  const A100 = size('Standard_NC24ads_A100_v4')
  const asking = (key: string, operator: string, ...values: string[]) => ({
    requirements: [A100, { key, operator, values }],
  })
  const requesting = (name: string, quantity: string | number) => ({ resources: { requests: { [name]: quantity } } })
  const good = { requirements: [A100], resources: { requests: { 'nvidia.com/gpu': 1, storage: null } }, taints: [] }
  const poolClass = (name: string, spec: object) => ({
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'AgentPoolClass',
    metadata: { name },
    spec,
  })
  const machineTemplateRef = (name: string) => ({ apiVersion: 'kaito.sh/v1alpha1', kind: 'AgentPoolClass', name })
  const putsOf = (name: string) =>
    scenario.azure.requests.records().filter(({ method, path }) => method === 'PUT' && path.includes(`/${name}`))

  test.each<[what: string, spec: object, says: RegExp]>([
    ['an unknown requirement on the machine', asking('node.kubernetes.io/windows-build', 'In', '1'), /windows-build/],
    ['contradictory requirements', asking(A100.key, 'In', 'Standard_NC6s_v3'), /instance-type exclude each other/],
    ['no size', { requirements: [] }, /name one in node\.kubernetes\.io\/instance-type/],
    ['an absurd disk', requesting('storage', '9Ti'), /largest has 2048 GiB: ask for less storage/],
    ['a negative disk', requesting('storage', '-5Gi'), /storage is -5Gi/],
    ['row 64: a billion GPUs', requesting('nvidia.com/gpu', 10 ** 9), /1000000000 of nvidia\.com\/gpu/],
    ['a taint no Node can have', { taints: [{ key: 'sku', effect: 'Sometimes' }] }, /sku:Sometimes/],
  ])('with %s says so, asks Azure for nothing, and is launched once corrected', async (_what, spec, says) => {
    made += 1
    const name = `ws${made}`
    await scenario.apply(name, spec)
    const wanted = { status: 'False', reason: 'InvalidRequest', message: says }
    await scenario.condition(name, 'MachineLaunched', wanted)
    expect(putsOf(name)).toEqual([])
    await scenario.patchMachine(name, { spec: good })
    await scenario.condition(name, 'MachineLaunched', { status: 'False', reason: 'PoolCreating' })
    await scenario.deleteMachine(name)
    await scenario.gone(name)
  })

  test('with a name that AKS refuses says so, asks Azure for nothing and can be deleted (N49)', async () => {
    const name = 'ws-0123456789'
    await scenario.apply(name)
    const message = /\^\[a-z\]\[a-z0-9\]\{0,11\}\$/
    await scenario.condition(name, 'MachineLaunched', { status: 'False', reason: 'InvalidRequest', message })
    expect(putsOf(name)).toEqual([])
    await scenario.deleteMachine(name)
    await scenario.gone(name)
  })

  test('because its class does not exist says so, asks Azure for nothing, and is launched when the class appears', async () => {
    await scenario.apply('wsclass', { machineTemplateRef: machineTemplateRef('spot') })
    const message = /AgentPoolClass spot does not exist/
    await scenario.condition('wsclass', 'MachineLaunched', { status: 'False', reason: 'ClassNotFound', message })
    expect(putsOf('wsclass')).toEqual([])
    const { status } = await createManifest(scenario.bed.kube, poolClass('spot', { priority: 'Spot' }))
    expect(status).toBe(201)
    await scenario.ready('wsclass')
    const capacityType = (await scenario.machine('wsclass'))?.metadata.labels['karpenter.sh/capacity-type']
    expect(capacityType).toBe('spot')
    await scenario.deleteMachine('wsclass')
    await scenario.gone('wsclass')
  })

  test('with a size that is retired is warned of the successor, and is tried all the same', async () => {
    await scenario.apply('wsold', { requirements: [size('Standard_NC6s_v3')] })
    await scenario.ready('wsold')
    const warning = await until('the warning', async () => {
      const { text } = await scenario.bed.kube.ask('/api/v1/namespaces/default/events')
      return text.includes('InstanceTypeAdvice') && text
    })
    expect(warning).toMatch(/Standard_NC6s_v3.*Standard_NC4as_T4_v3/)
    await scenario.deleteMachine('wsold')
    await scenario.gone('wsold')
  })

  test('with a size that does not exist is told so, and takes the next one that it names', async () => {
    await scenario.apply('wsnone', { requirements: [size('Standard_NX1_v9')] })
    const message = /Standard_NX1_v9/
    await scenario.condition('wsnone', 'MachineLaunched', { status: 'False', reason: 'SkuNotAvailable', message })
    await scenario.patchMachine('wsnone', { spec: { requirements: [size('Standard_NX1_v9', ...A100.values)] } })
    await scenario.ready('wsnone')
    await scenario.deleteMachine('wsnone')
    await scenario.gone('wsnone')
  })
})
