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

test('row 19: a preset or a whole catalogue removed under a live Workspace blocks neither its status nor its deletion', async () => {
  const { path, status } = await createManifest(
    bed.kube,
    workspaceManifest('metadata: { name: trapped, finalizers: [example.com/held, example.com/held-too] }'),
  )
  expect(status).toBe(201)
  const catalogue = '/api/v1/namespaces/kaito-workspace/configmaps/kaito-catalogue'
  const patch = async (target: string, body: unknown) => {
    const answer = await bed.kube.mergePatch(target, body)
    expect(answer.status, answer.text).toBe(200)
  }
  const isFree = async (workerNode: string) => {
    await patch(`${path}/status`, { status: { workerNodes: [workerNode] } })
    await patch(path, { metadata: { labels: { worker: workerNode } } })
  }
  const { data }: { data: { presets: string } } = JSON.parse((await bed.kube.ask(catalogue)).text)
  const others = data.presets.split('\n').filter((line) => !line.startsWith('phi-3-mini-'))
  await patch(catalogue, { data: { presets: others.join('\n') } })
  await isFree('without-its-preset')
  await patch(path, { inference: { preset: { name: 'phi-2' } } })
  await patch(path, { metadata: { finalizers: ['example.com/held'] } })
  expect((await bed.kube.ask(catalogue, { method: 'DELETE' })).status).toBe(200)
  await isFree('without-a-catalogue')
  expect((await bed.kube.ask(path, { method: 'DELETE' })).status).toBe(200)
  await isFree('in-deletion')
  await patch(path, { metadata: { finalizers: null } })
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
