import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startApiGate } from '../harness/api-gate.ts'
import { jsonLine } from '../harness/child-process.ts'
import type { TestBedOptions } from '../harness/cluster-under-test.ts'
import type { Manifest } from '../harness/manifests.ts'
import { modelFiles } from '../harness/supplies/adapter-files.ts'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'
import { Tenant } from './tenant.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const A100_FAMILY = 'StandardNCADSA100v4Family'
/** vCPUs of one node of that size. */
const ONE_NODE = 24
/** What it reads stays true for a minute: Azure's own refusal is quicker to change. */
const WITHOUT_QUOTA_READING = { allowedActions: roleActions(['azure-gpu-provisioner']) }
/** What a stopped process may take; Kubernetes kills after 30 seconds. */
const STOP_MS = 25_000
const DATA = 'https://data.example.com/questions.jsonl'
/** A machine that is gone is found out within seconds. */
const QUICK_COLLECTION = {
  REGISTRATION_DEADLINE_MINUTES: '0.1',
  GARBAGE_COLLECTION_PERIOD_MINUTES: '0.02',
  GARBAGE_COLLECTION_GRACE_MINUTES: '0.01',
  GARBAGE_COLLECTION_SETTLE_MINUTES: '0.01',
}

const objectSchema = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    generation: z.number().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
  }),
})
const listSchema = z.object({ items: z.array(objectSchema) })

interface World extends AsyncDisposable {
  scenario: Scenario
  tenant: Tenant
}

/** Both controllers, registries and a namespace with the Secret for them. */
async function aWorld(options: TestBedOptions = {}): Promise<World> {
  const scenario = await Scenario.start({ registry: true, ...options })
  const tenant = await Tenant.create(scenario, 'team')
  await tenant.registrySecret('registry')
  return { scenario, tenant, [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose]() }
}

/** A model that two nodes hold together. */
function spread({ scenario }: World, more = ''): Manifest {
  const image = scenario.supplies.privateRegistry.put('models/kaito-llama-2-13b-chat', modelFiles(), { tag: '1' })
  return workspaceManifest(`
metadata: { name: spread }
resource: { count: 2, instanceType: ${A100}, labelSelector: { matchLabels: { apps: spread } }${more} }
inference:
  preset:
    name: llama-2-13b-chat
    accessMode: private
    presetOptions: { image: "${image}", imagePullSecrets: [registry] }`)
}

function tuning({ scenario }: World): Manifest {
  const { site, privateRegistry } = scenario.supplies
  site.put(DATA, '{"text":"simulated"}\n')
  const { inference: _inference, ...rest } = workspaceManifest('metadata: { name: tuned }')
  return {
    ...rest,
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct' },
      method: 'lora',
      input: { urls: [DATA] },
      output: { image: `${privateRegistry.host}/results/tuned:1`, imagePushSecret: 'registry' },
    },
  }
}

type Plural = Parameters<Tenant['path']>[0]

async function read({ tenant }: World, plural: Plural, name: string) {
  return objectSchema.parse(JSON.parse((await tenant.kube.ask(tenant.path(plural, name))).text))
}

async function count({ tenant }: World, plural: Plural): Promise<number> {
  return listSchema.parse(JSON.parse((await tenant.kube.ask(tenant.path(plural))).text)).items.length
}

/** How often training data was asked for: once for each time that a tuning began. */
const downloads = ({ scenario }: World) => scenario.supplies.site.requests.filter((url) => url === DATA).length

const hasEnded = async ({ tenant }: World) =>
  (await tenant.kube.ask(tenant.path('jobs', 'tuned'))).text.includes('"succeeded":1')
const results = ({ scenario }: World) => [...scenario.supplies.privateRegistry.files('results/tuned', '1').keys()]
const ADAPTER = expect.arrayContaining(['data/adapter_config.json', 'data/adapter_model.safetensors'])

const podUids = async ({ tenant }: World, name: string) => (await tenant.pods(name)).map(({ metadata }) => metadata.uid)

describe.concurrent('a fault under a workload', { timeout: 120_000 }, () => {
  test('row 3: a workspace controller killed between the claims of one model makes no third, and one StatefulSet', async () => {
    await using world = await aWorld()
    const { scenario, tenant } = world
    await tenant.apply(spread(world))
    await until('the first claim', async () => (await scenario.machines()).length > 0, { everyMs: 1 })
    await scenario.kill('workspace-controller')
    scenario.run('workspace-controller')
    await tenant.ready('spread')
    expect(await count(world, 'statefulsets')).toBe(1)
    expect(await scenario.machines()).toHaveLength(2)
    expect(scenario.billedPools()).toHaveLength(2)
    await tenant.remove('spread')
    expect(scenario.livePools()).toEqual([])
  })

  test('rows 12, 30: two workspace controllers that both act make one StatefulSet and one Job, and end them', async () => {
    await using world = await aWorld()
    const { scenario, tenant } = world
    scenario.run('workspace-controller')
    await tenant.apply(spread(world))
    await tenant.apply(tuning(world))
    await Promise.all([tenant.ready('spread'), tenant.ready('tuned')])
    expect([await count(world, 'statefulsets'), await count(world, 'jobs'), downloads(world)]).toEqual([1, 1, 1])
    expect(scenario.billedPools()).toHaveLength(3)
    await Promise.all([tenant.remove('spread'), tenant.remove('tuned')])
    expect([scenario.livePools(), await scenario.machines()]).toEqual([[], []])
  })

  test('rows 14, 32: an API server away from the workspace controller while a model is trained costs nothing, its end is seen', async () => {
    await using world = await aWorld({ cluster: { kubelet: { trainMs: 3_000 } } })
    const { scenario, tenant } = world
    await scenario.kill('workspace-controller')
    await using gate = await startApiGate(scenario.bed)
    const controller = scenario.bed.start('workspace-controller', {
      LEADER_ELECT: 'false',
      KUBECONFIG: gate.kubeconfigPath,
    })
    await tenant.apply(tuning(world))
    await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningTraining' })
    gate.shut()
    await until('the tuning ends without it', () => hasEnded(world))
    expect((await tenant.workspace('tuned'))?.status?.state).toBe('Running')
    gate.open()
    await tenant.ready('tuned')
    expect([await count(world, 'jobs'), downloads(world), scenario.livePools().length]).toEqual([1, 1, 1])
    expect(await controller.stop()).toBe(0)
  })

  test('row 37: SIGTERM between the claims of one model ends in time, and the next one to lead goes on with them', async () => {
    await using world = await aWorld()
    const { scenario, tenant } = world
    await scenario.kill('workspace-controller')
    const old = scenario.bed.start('workspace-controller', { LEADER_ELECT: 'true', POD_NAME: 'old' })
    await old.line((line) => (jsonLine(line)?.msg === 'leading and synced' ? true : undefined), 40_000)
    scenario.bed.start('workspace-controller', { LEADER_ELECT: 'true', POD_NAME: 'new' })
    await tenant.apply(spread(world))
    await until('the first claim', async () => (await scenario.machines()).length > 0, { everyMs: 1 })
    const begun = performance.now()
    expect(await old.stop()).toBe(0)
    expect(performance.now() - begun).toBeLessThan(STOP_MS)
    await tenant.ready('spread')
    expect([await count(world, 'statefulsets'), scenario.billedPools().length]).toEqual([1, 2])
  })

  test('row 10: a node that falls silent and comes back while a model is trained on it costs neither Pod nor pool', async () => {
    await using world = await aWorld({ cluster: { kubelet: { trainMs: 11_000 } } })
    const { scenario, tenant } = world
    await tenant.apply(tuning(world))
    await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningTraining' })
    const [pod] = await tenant.pods('tuned')
    const before = await machineUids(scenario)
    const node = `/api/v1/nodes/${pod?.spec.nodeName}`
    const play = (value: string | null) =>
      tenant.kube.mergePatch(node, { metadata: { annotations: { 'simulation.kaito.sh/node': value } } })
    for (const _time of [1, 2]) {
      await play(null)
      const silent = { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }
      await tenant.kube.mergePatch(`${node}/status`, { status: { conditions: [silent] } })
      await tenant.condition('tuned', 'ResourceReady', { status: 'False', reason: 'NodeNotReady' })
      expect((await tenant.workspace('tuned'))?.status?.state).toBe('Running')
      await play('true')
      await tenant.condition('tuned', 'ResourceReady', { status: 'True' })
    }
    await tenant.event('tuned', 'NodeNotReady')
    await tenant.ready('tuned')
    expect((await tenant.pods('tuned')).map(({ metadata }) => metadata.uid)).toEqual([pod?.metadata.uid])
    expect(await machineUids(scenario)).toEqual(before)
    expect([downloads(world), scenario.billedPools().length]).toEqual([1, 1])
  })

  test('row 13: uninstalled, the controllers leave StatefulSet and Job; installed again, they finish a namespace', async () => {
    await using world = await aWorld({ cluster: { kubelet: { trainMs: 4_000 } } })
    const { scenario, tenant } = world
    await tenant.apply(spread(world))
    await tenant.ready('spread')
    await tenant.apply(tuning(world))
    await tenant.condition('tuned', 'JobStarted', { status: 'True', reason: 'TuningTraining' })
    const pods = await podUids(world, 'spread')
    for (const controller of ['workspace-controller', 'gpu-provisioner'] as const) await scenario.kill(controller)
    await until('the tuning ends without them', () => hasEnded(world))
    expect(results(world)).toEqual(ADAPTER)
    expect(await podUids(world, 'spread')).toEqual(pods)
    expect((await tenant.chat('spread')).status).toBe(200)

    const namespace = '/api/v1/namespaces/team'
    await tenant.kube.ask(namespace, { method: 'DELETE' })
    await until('what ran is gone', async () => (await count(world, 'pods')) === 0)
    expect((await read(world, 'workspaces', 'spread')).metadata.finalizers).toEqual(['workspace.finalizer.kaito.sh'])
    expect(scenario.livePools()).toHaveLength(3)
    scenario.run('workspace-controller')
    scenario.run('gpu-provisioner')
    await until('the namespace is gone', async () => (await tenant.kube.ask(namespace)).status === 404)
    expect([scenario.livePools(), await scenario.machines()]).toEqual([[], []])
  })

  test('row 17: a spot node taken away under a model comes back as another claim; its workload waits, as it is', async () => {
    await using world = await aWorld()
    const { scenario, tenant } = world
    await scenario.kill('gpu-provisioner')
    scenario.run('gpu-provisioner', QUICK_COLLECTION)
    await tenant.apply(spread(world, ', capacityType: spot'))
    await tenant.ready('spread')
    const before = await read(world, 'statefulsets', 'spread')
    const [kept, evicted = ''] = await tenant.pools('spread')
    scenario.azure.pools.evict(evicted)
    const { message } = await tenant.condition('spread', 'ResourceReady', { status: 'False' })
    expect(message).toMatch(new RegExp(evicted))
    await until(
      'another claim is asked for',
      async () => {
        const names = await tenant.pools('spread')
        return names.length === 2 && !names.includes(evicted)
      },
      { withinMs: 70_000 },
    )
    await tenant.ready('spread')
    expect(await tenant.pools('spread')).toContain(kept)
    const { metadata } = await read(world, 'statefulsets', 'spread')
    expect([metadata.uid, metadata.generation]).toEqual([before.metadata.uid, before.metadata.generation])
    expect(metadata.annotations).toEqual(before.metadata.annotations)
    expect(scenario.livePools()).toHaveLength(2)
    expect(scenario.billedPools()).toHaveLength(3)
    expect((await tenant.chat('spread')).status).toBe(200)
  })

  test('row 18: of two nodes one without quota keeps the other waiting, says so, and starts nothing until there is some', async () => {
    await using world = await aWorld({
      azure: { ...WITHOUT_QUOTA_READING, quotas: { [A100_FAMILY]: { limit: ONE_NODE } } },
    })
    const { scenario, tenant } = world
    await tenant.apply(spread(world))
    const refused = { status: 'False', reason: 'QuotaExceeded' }
    await tenant.condition('spread', 'MachineReady', {
      ...refused,
      message: /^1 of 2 claims are ready; .*next try at 20/,
    })
    await tenant.condition('spread', 'InferenceReady', { status: 'False', reason: 'NodesNotReady' })
    expect([await count(world, 'statefulsets'), scenario.livePools().length]).toEqual([0, 1])
    scenario.azure.configure({ quotas: { [A100_FAMILY]: { limit: 2 * ONE_NODE } } })
    for (const { metadata } of await scenario.machines()) {
      const asked = { metadata: { annotations: { 'kaito.sh/retry': 'there is quota now' } } }
      await tenant.kube.mergePatch(`/apis/karpenter.sh/v1alpha5/machines/${metadata.name}`, asked)
    }
    await tenant.ready('spread')
    expect(scenario.billedPools()).toHaveLength(2)
  })
})

async function machineUids(scenario: Scenario): Promise<unknown[]> {
  return (await scenario.machines()).map(({ metadata }) => [metadata.uid, metadata.deletionTimestamp])
}
