import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { adapterFiles } from '../harness/supplies/adapter-files.ts'
import { CREDENTIALS } from '../harness/supplies/supplies.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

const deploymentSchema = z.object({
  metadata: z.object({ uid: z.string(), annotations: z.record(z.string(), z.string()) }),
})

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
})
afterAll(() => scenario[Symbol.asyncDispose]())

interface AdapterAsked {
  name: string
  image: string
  strength?: string
  secrets?: string[]
}

function withAdapters(...adapters: AdapterAsked[]) {
  const asked = adapters.map(({ name, image, strength, secrets }) => ({
    source: { name, image, ...(secrets && { imagePullSecrets: secrets }) },
    ...(strength && { strength }),
  }))
  return workspaceManifest(
    `inference: { preset: { name: phi-3-mini-4k-instruct }, adapters: ${JSON.stringify(asked)} }`,
  )
}

/** Kubernetes counts the changes of a pod template as revisions. */
async function revisionOf(tenant: Tenant) {
  const { text } = await tenant.kube.ask(tenant.path('deployments', 'phi-3'))
  const { uid, annotations } = deploymentSchema.parse(JSON.parse(text)).metadata
  return { uid, revision: Number(annotations['deployment.kubernetes.io/revision']) }
}

describe.concurrent('adapters', () => {
  test('from two registries are in the answer with their strengths, and a new strength is one change of the workload', async () => {
    const { registry, privateRegistry } = scenario.supplies
    const tenant = await Tenant.create(scenario, 'two-adapters')
    await tenant.registrySecret('registry-pull')
    const open = { name: 'tone', image: registry.put('two/tone', adapterFiles(), { tag: '1' }) }
    const closed = {
      name: 'product.names',
      image: privateRegistry.put('two/names', adapterFiles(), { tag: '1' }),
      secrets: ['registry-pull'],
    }
    await tenant.apply(withAdapters({ ...open, strength: '0.5' }, closed))
    await tenant.ready('phi-3')
    expect((await tenant.chat('phi-3')).text).toContain('with adapters product.names (1.0), tone (0.5):')
    const before = await revisionOf(tenant)
    const pools = await tenant.pools('phi-3')

    const changed = withAdapters({ ...open, strength: '0.25' }, closed)
    expect((await tenant.kube.mergePatch(tenant.path('workspaces', 'phi-3'), changed)).status).toBe(200)
    await until('the new strength is in the answer', async () =>
      (await tenant.chat('phi-3')).text.includes('tone (0.25)'),
    )
    await tenant.ready('phi-3')
    expect(before.revision).toBe(1)
    expect(await revisionOf(tenant)).toEqual({ ...before, revision: 2 })
    expect(await tenant.pools('phi-3')).toEqual(pools)
    await tenant.remove('phi-3')
  })

  test('can be added to and taken from a model that serves', async () => {
    const { registry } = scenario.supplies
    const tenant = await Tenant.create(scenario, 'adapter-added')
    const image = registry.put('added/tone', adapterFiles(), { tag: '1' })
    await tenant.apply(workspaceManifest())
    await tenant.ready('phi-3')
    const workspace = tenant.path('workspaces', 'phi-3')
    await tenant.kube.mergePatch(workspace, withAdapters({ name: 'tone', image }))
    await until('the adapter is in the answer', async () => (await tenant.chat('phi-3')).text.includes('tone (1.0)'))
    await tenant.kube.mergePatch(workspace, { inference: { adapters: null } })
    await until('no adapter is in the answer', async () => /instruct: no model/.test((await tenant.chat('phi-3')).text))
    await tenant.ready('phi-3')
    await tenant.remove('phi-3')
  })

  test.each<[what: string, namespace: string, adapter: () => AdapterAsked, reason: string, says: RegExp]>([
    [
      'is not there',
      'adapter-missing',
      () => ({ name: 'tone', image: `${scenario.supplies.registry.host}/nowhere/tone:1` }),
      'ImagePullError',
      /not found/,
    ],
    [
      'has no folder /data',
      'adapter-no-data',
      () => ({ name: 'tone', image: scenario.supplies.registry.put('faulty/no-data', { 'etc/x': 'x' }) }),
      'ContainerCrashLoopBackOff',
      /has no folder \/data; put the files of the adapter there/,
    ],
    [
      'has no cp',
      'adapter-no-cp',
      () => ({
        name: 'tone',
        image: scenario.supplies.registry.put('faulty/no-cp', adapterFiles(), { withCopy: false }),
      }),
      'ContainerStartError',
      /has no program cp/,
    ],
    [
      'may not be pulled with the credentials that are given',
      'adapter-credentials',
      () => ({
        name: 'tone',
        image: scenario.supplies.privateRegistry.put('faulty/closed', adapterFiles()),
        secrets: ['registry-pull'],
      }),
      'ImagePullError',
      /pull access denied/,
    ],
  ])('whose image %s are named as the reason', async (_what, namespace, adapter, reason, says) => {
    const tenant = await Tenant.create(scenario, namespace)
    await tenant.registrySecret('registry-pull', { ...CREDENTIALS, password: 'wrong' })
    await tenant.apply(withAdapters(adapter()))
    const { message } = await tenant.condition('phi-3', 'InferenceReady', { status: 'False', reason })
    expect(message).toMatch(/adapter "tone"/)
    expect(message).toMatch(says)
    await tenant.remove('phi-3')
  })

  test('whose image lacks a file fail with the name of that file, and serve once it is pushed again', async () => {
    const { registry } = scenario.supplies
    const tenant = await Tenant.create(scenario, 'adapter-half')
    const { 'data/adapter_model.safetensors': _weights, ...half } = adapterFiles()
    const image = registry.put('half/tone', half, { tag: '1' })
    await tenant.apply(withAdapters({ name: 'tone', image }))
    await tenant.condition('phi-3', 'InferenceReady', { status: 'False', message: /adapter_model\.safetensors/ })
    registry.put('half/tone', adapterFiles(), { tag: '1' })
    const [pod] = await tenant.pods('phi-3')
    await tenant.kube.ask(tenant.path('pods', pod?.metadata.name), { method: 'DELETE' })
    await tenant.ready('phi-3')
    await tenant.remove('phi-3')
  })
})

/** Kubernetes has image volumes with subPath everywhere only since 1.36. */
test.skipIf(process.env.CLUSTER === 'real')(
  'adapters come without a copy where the cluster mounts images',
  async () => {
    await using mounting = await Scenario.start({ registry: true })
    await mounting.kill('workspace-controller')
    mounting.run('workspace-controller', { ADAPTER_IMAGE_VOLUMES: 'true' })
    const tenant = await Tenant.create(mounting, 'adapter-mounted')
    await tenant.registrySecret('registry-pull')
    const image = mounting.supplies.privateRegistry.put('mounted/tone', adapterFiles(), { withCopy: false })
    await tenant.apply(withAdapters({ name: 'tone', image, secrets: ['registry-pull'] }))
    await tenant.ready('phi-3')
    expect((await tenant.chat('phi-3')).text).toContain('with adapters tone (1.0):')
  },
)
