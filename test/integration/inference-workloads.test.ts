import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { modelFiles } from '../harness/supplies/adapter-files.ts'
import { CREDENTIALS } from '../harness/supplies/supplies.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

/** A Secret that is missing is looked for twice a minute. */
const LOOKED_AGAIN_MS = 50_000

const serviceSchema = z.object({
  spec: z.object({ type: z.string(), ports: z.array(z.looseObject({ port: z.number(), targetPort: z.number() })) }),
})

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
})
afterAll(() => scenario[Symbol.asyncDispose]())

function privateModel(secret: string): string {
  const { privateRegistry } = scenario.supplies
  const image = privateRegistry.put('models/kaito-llama-2-7b', modelFiles(), { tag: '1' })
  const options = `presetOptions: { image: "${image}", imagePullSecrets: [${secret}] }`
  return `inference: { preset: { name: llama-2-7b, accessMode: private, ${options} } }`
}

function ownServer({ image = 'example.com/own-server:1', port = 8080 } = {}): string {
  const limits = 'resources: { limits: { nvidia.com/gpu: 1 } }'
  const container = `{ name: server, image: "${image}", ports: [{ containerPort: ${port} }], ${limits} }`
  return `inference: { template: { spec: { containers: [${container}] } } }`
}

describe.concurrent('a private image', () => {
  test('is pulled with the named Secret, which nothing but that pull can do', async () => {
    const tenant = await Tenant.create(scenario, 'private-image')
    await tenant.registrySecret('registry-pull')
    await tenant.apply(workspaceManifest(privateModel('registry-pull')))
    await tenant.ready('phi-3')
    const { status, text } = await tenant.chat('phi-3')
    expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('llama-2-7b') })
    await tenant.remove('phi-3')
  })

  test.each<[what: string, namespace: string, type: string | undefined, says: RegExp]>([
    ['missing', 'no-secret', undefined, /^inference\.preset\.presetOptions\.imagePullSecrets\[0\]: there is no Secret/],
    ['of another type', 'wrong-secret', 'Opaque', /is of type Opaque, and kubernetes\.io\/dockerconfigjson is needed/],
  ])(
    'whose Secret is %s buys nothing, says which, and is served once it is made',
    async (_what, namespace, type, says) => {
      const tenant = await Tenant.create(scenario, namespace)
      if (type) {
        await tenant.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'registry-pull' }, type })
      }
      await tenant.apply(workspaceManifest(privateModel('registry-pull')))
      const lack = { status: 'False', reason: 'SecretNotUsable', message: says }
      for (const type of ['ResourceReady', 'WorkspaceReady']) await tenant.condition('phi-3', type, lack)
      expect((await tenant.workspace('phi-3'))?.status?.state).toBe('Pending')
      expect(await tenant.claims()).toEqual([])
      if (type) await tenant.kube.ask(tenant.path('secrets', 'registry-pull'), { method: 'DELETE' })
      await tenant.registrySecret('registry-pull')
      await tenant.ready('phi-3', LOOKED_AGAIN_MS)
      expect(await tenant.claims()).toHaveLength(1)
      await tenant.remove('phi-3')
    },
  )

  test('with wrong credentials says so, and is served once they are right', async () => {
    const tenant = await Tenant.create(scenario, 'wrong-credentials')
    await tenant.registrySecret('registry-pull', { ...CREDENTIALS, password: 'wrong' })
    await tenant.apply(workspaceManifest(privateModel('registry-pull')))
    const { message } = await tenant.condition('phi-3', 'InferenceReady', { status: 'False', reason: 'ImagePullError' })
    expect(message).toMatch(/kaito-llama-2-7b:1.*pull access denied/)
    await tenant.correctRegistrySecret('registry-pull')
    await tenant.ready('phi-3')
    await tenant.remove('phi-3')
  })
})

describe.concurrent('a pod template', () => {
  test('is served behind a Service to its port, and an update of it rolls over the same node', async () => {
    const tenant = await Tenant.create(scenario, 'template')
    await tenant.apply(workspaceManifest(ownServer()))
    await tenant.ready('phi-3')
    const { text } = await tenant.kube.ask(tenant.path('services', 'phi-3'))
    const { spec } = serviceSchema.parse(JSON.parse(text))
    expect(spec).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, targetPort: 8080 }] })
    const answer = () => tenant.kube.ask(`${tenant.path('services', 'phi-3')}:80/proxy/`)
    expect((await answer()).text).toContain('own-server:1')
    const [before] = await tenant.pods('phi-3')
    const pools = await tenant.pools('phi-3')

    const patched = await tenant.kube.mergePatch(
      tenant.path('workspaces', 'phi-3'),
      workspaceManifest(ownServer({ image: 'example.com/own-server:2' })),
    )
    expect(patched.status).toBe(200)
    await until('the new server answers', async () => (await answer()).text.includes('own-server:2'))
    await tenant.ready('phi-3')
    const [after, ...others] = await until('one Pod is left', async () => {
      const pods = await tenant.pods('phi-3')
      return pods.length === 1 && pods
    })
    expect(others).toEqual([])
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
    expect(after?.spec.nodeName).toBe(before?.spec.nodeName)
    expect(await tenant.pools('phi-3')).toEqual(pools)
    await tenant.remove('phi-3')
  })

  test('that asks for the node itself is refused by the field, and buys nothing', async () => {
    const tenant = await Tenant.create(scenario, 'template-host')
    await tenant.apply(
      workspaceManifest(
        'inference: { template: { spec: { hostNetwork: true, containers: [{ name: server, image: "example.com/own:1" }] } } }',
      ),
    )
    const lack = { status: 'False', reason: 'InvalidRequest', message: /inference\.template\.spec\.hostNetwork/ }
    await tenant.condition('phi-3', 'WorkspaceReady', lack)
    expect(await tenant.claims()).toEqual([])
    await tenant.remove('phi-3')
  })
})
