import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Manifest } from '../harness/manifests.ts'
import { modelFiles } from '../harness/supplies/adapter-files.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

const DATA = 'https://data.example.com/conversations.jsonl'
/** Two seconds; a fourth of it where somebody must act. */
const START_DEADLINE = { TUNING_START_DEADLINE_MINUTES: '0.03' }

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
  scenario.supplies.site.put(DATA, '{"text": "a conversation"}\n')
})
afterAll(() => scenario[Symbol.asyncDispose]())

async function tenantWithSecret(namespace: string): Promise<Tenant> {
  const tenant = await Tenant.create(scenario, namespace)
  await tenant.registrySecret('registry')
  return tenant
}

function tuning({ namespace }: Tenant, preset = '{ name: phi-3-mini-4k-instruct }'): Manifest {
  const { host } = scenario.supplies.privateRegistry
  return parse(`
apiVersion: kaito.sh/v1alpha1
kind: Workspace
metadata: { name: tuned }
resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchLabels: { apps: tuned } } }
tuning:
  preset: ${preset}
  method: lora
  input: { urls: ["${DATA}"] }
  output: { image: "${host}/${namespace}/adapter:1", imagePushSecret: registry }`)
}

async function restartController(env: Record<string, string> = {}): Promise<void> {
  await scenario.kill('workspace-controller')
  scenario.run('workspace-controller', env)
}

const read = async ({ kube }: Tenant, path: string) => JSON.parse((await kube.ask(path)).text)

// One after the other, since some restart the one controller.
describe('a workload', () => {
  test('of two nodes is exchanged for another model in place', async () => {
    const tenant = await tenantWithSecret('exchanged')
    const [first, second] = ['kaito-llama-2-13b-chat', 'kaito-llama-2-13b'].map((name) =>
      scenario.supplies.privateRegistry.put(`models/${name}`, modelFiles(), { tag: '1' }),
    )
    const presetOptions = { image: first, imagePullSecrets: ['registry'] }
    await tenant.apply({
      ...workspaceManifest(),
      resource: {
        count: 2,
        instanceType: 'Standard_NC24ads_A100_v4',
        labelSelector: { matchLabels: { apps: 'exchanged' } },
      },
      inference: { preset: { name: 'llama-2-13b-chat', accessMode: 'private', presetOptions } },
    })
    await tenant.ready('phi-3')
    const path = tenant.path('statefulsets', 'phi-3')
    const before = await read(tenant, path)
    const pools = await tenant.pools('phi-3')
    const hash = ({ metadata }: typeof before) => metadata.annotations['kaito.sh/order-hash']
    const answer = await tenant.kube.mergePatch(tenant.path('workspaces', 'phi-3'), {
      inference: { preset: { name: 'llama-2-13b', presetOptions: { image: second } } },
    })
    expect(answer.status, answer.text).toBe(200)
    await until('the StatefulSet is rendered anew', async () => hash(await read(tenant, path)) !== hash(before))
    await until('both Pods are of the new revision and ready', async () => {
      const { status } = await read(tenant, path)
      return (
        status.updateRevision !== before.status.updateRevision &&
        status.updatedReplicas === 2 &&
        status.readyReplicas === 2
      )
    })
    await tenant.ready('phi-3')
    expect(await tenant.pools('phi-3')).toEqual(pools)
    await tenant.remove('phi-3')
  })

  test('whose Pod is evicted answers again on the same node', async () => {
    const tenant = await Tenant.create(scenario, 'evicted')
    await tenant.apply(workspaceManifest())
    await tenant.ready('phi-3')
    const [pod] = await tenant.pods('phi-3')
    const { name = '', uid } = pod?.metadata ?? {}
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: tenant.namespace } }
    const path = `${tenant.path('pods', name)}/eviction`
    expect((await tenant.kube.ask(path, { method: 'POST', body: eviction })).status).toBe(201)
    const next = await until('another Pod answers', async () => {
      const found = (await tenant.pods('phi-3')).find(({ metadata }) => metadata.uid !== uid)
      return (await tenant.chat('phi-3')).status === 200 && found
    })
    expect(next.spec.nodeName).toBe(pod?.spec.nodeName)
    await tenant.ready('phi-3')
    await tenant.remove('phi-3')
  })

  test('row 3: that tunes ends with one Pod and one node although its controller is killed in every phase', async () => {
    const tenant = await tenantWithSecret('killed')
    await tenant.apply(tuning(tenant))
    const phases = ['TuningPending', 'TuningDownloading', 'TuningTraining', 'TuningPacking', 'TuningPushing']
    const seen = new Set<string>()
    await until(
      'the end',
      async () => {
        const { conditions = [], state } = (await tenant.workspace('tuned'))?.status ?? {}
        const { reason = '' } = conditions.find(({ type }) => type === 'JobStarted') ?? {}
        if (phases.includes(reason) && !seen.has(reason)) {
          seen.add(reason)
          await restartController()
        }
        return state === 'Succeeded'
      },
      { withinMs: 80_000 },
    )
    expect(seen.size).toBeGreaterThan(1)
    expect(await tenant.pods('tuned')).toHaveLength(1)
    expect(await tenant.pools('tuned')).toHaveLength(1)
    expect(await tenant.claims()).toHaveLength(1)
    await tenant.remove('tuned')
  })

  test('that tunes and waits in vain for its image ends, and says why', async () => {
    const tenant = await tenantWithSecret('in-vain')
    const { host } = scenario.supplies.privateRegistry
    await restartController(START_DEADLINE)
    const image = `${host}/models/nobody-pushed-it:1`
    const options = `presetOptions: { image: "${image}", imagePullSecrets: [registry] }`
    await tenant.apply(tuning(tenant, `{ name: phi-3-mini-4k-instruct, accessMode: private, ${options} }`))
    const { message } = await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningFailed' })
    expect(message).toMatch(/container trainer did not start within 0\.\d+ minutes: .*cannot be pulled/)
    expect(message).toMatch(/kubectl delete job tuned -n in-vain/)
    expect((await tenant.workspace('tuned'))?.status?.state).toBe('Failed')
    await until('no Pod waits any more', async () => (await tenant.pods('tuned')).length === 0)
    await restartController()
    await tenant.remove('tuned')
  })
})
