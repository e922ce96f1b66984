import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createKubectl, findKubectl } from '../harness/kubectl.ts'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

const NAMED = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/phi-3'
const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/phi-3'
const SERVICE = '/api/v1/namespaces/default/services/phi-3'
/** As long as the name of a Service may be. */
const LONGEST = 'w'.repeat(63)
const hasKubectl = findKubectl()

const statusSchema = z.looseObject({
  slots: z.array(z.object({ attempt: z.number(), nodeName: z.string().optional() })).default([]),
  workerNodes: z.array(z.string()).default([]),
})
const podsSchema = z.object({
  items: z.array(z.looseObject({ spec: z.looseObject({ nodeName: z.string().optional() }) })),
})
const eventsSchema = z.object({
  items: z.array(
    z.looseObject({
      involvedObject: z.looseObject({ kind: z.string().optional(), name: z.string().optional() }),
      reason: z.string(),
      message: z.string(),
      count: z.number().default(1),
    }),
  ),
})

async function read<T>(scenario: Scenario, path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse((await scenario.bed.kube.ask(path)).text))
}

function patch(scenario: Scenario, path: string, body: unknown) {
  return scenario.bed.kube.mergePatch(path, body)
}

const remove = (scenario: Scenario, path: string) => scenario.bed.kube.ask(path, { method: 'DELETE' })
const ready = (scenario: Scenario, name?: string) => scenario.condition('WorkspaceReady', { status: 'True' }, name)

async function statusOf(scenario: Scenario, name = 'phi-3') {
  return statusSchema.parse((await scenario.workspace(name))?.status ?? {})
}

async function eventsOf(scenario: Scenario, name = 'phi-3') {
  const { items } = await read(scenario, '/api/v1/namespaces/default/events', eventsSchema)
  return items.filter(({ involvedObject }) => involvedObject.kind === 'Workspace' && involvedObject.name === name)
}

async function nothingIsLeft(scenario: Scenario): Promise<void> {
  expect(await scenario.machines()).toEqual([])
  expect(scenario.livePools()).toEqual([])
}

async function servedOnce(): Promise<Scenario> {
  const scenario = await Scenario.start()
  await scenario.apply(workspaceManifest())
  await ready(scenario)
  return scenario
}

describe.concurrent('a Workspace', () => {
  test('shares no node with another one of the same label selector', async () => {
    await using scenario = await Scenario.start()
    for (const name of ['first', 'second']) await scenario.apply(workspaceManifest(`metadata: { name: ${name} }`))
    await Promise.all([ready(scenario, 'first'), ready(scenario, 'second')])
    const { items } = await read(scenario, '/api/v1/namespaces/default/pods', podsSchema)
    expect(new Set(items.map(({ spec }) => spec.nodeName)).size).toBe(2)
    expect((await statusOf(scenario, 'first')).workerNodes).not.toEqual(
      (await statusOf(scenario, 'second')).workerNodes,
    )
  })

  test('that is made again at once under its name gets a pool of its own, and the first one goes', async () => {
    await using scenario = await servedOnce()
    await scenario.deleteWorkspace()
    expect((await scenario.apply(workspaceManifest())).status).toBe(409)
    await scenario.gone()
    expect((await scenario.apply(workspaceManifest())).status).toBe(201)
    await ready(scenario)
    expect(scenario.livePools()).toHaveLength(1)
    expect(new Set(scenario.billedPools()).size).toBe(2)
  })

  test('whose Machine was deleted by hand gets the next one after a pause, and the model follows', async () => {
    await using scenario = await servedOnce()
    const [machine] = await scenario.machines()
    await remove(scenario, `/apis/karpenter.sh/v1alpha5/machines/${machine?.metadata.name}`)
    const { message } = await scenario.condition('ResourceReady', { status: 'False', reason: 'ClaimGone' })
    expect(message).toMatch(/is gone; another one is asked for at \d{4}-/)
    expect(await scenario.machines()).toEqual([])
    await ready(scenario)
    expect((await statusOf(scenario)).slots).toMatchObject([{ attempt: 1 }])
    expect(scenario.billedPools()).toHaveLength(2)
    const chat = await scenario.bed.kube.ask(`${SERVICE}:80/proxy/chat`, {
      method: 'POST',
      body: { prompt: 'Still there?' },
    })
    expect(chat.status).toBe(200)
  })

  test('gets back a Deployment and a Service that were deleted by hand', async () => {
    await using scenario = await servedOnce()
    await remove(scenario, DEPLOYMENT)
    await scenario.condition('InferenceReady', { status: 'False', reason: 'WorkloadStarting' })
    await ready(scenario)
    await remove(scenario, SERVICE)
    await until('the Service stands again', async () => (await scenario.bed.kube.ask(SERVICE)).status === 200)
    expect(scenario.billedPools()).toHaveLength(1)
  })

  test('leaves a Deployment as it was scaled by hand, says so, and follows the annotation of its Service', async () => {
    await using scenario = await servedOnce()
    await patch(scenario, DEPLOYMENT, { spec: { replicas: 0 } })
    const { message } = await scenario.condition('InferenceReady', { status: 'False', reason: 'WorkloadFailing' })
    expect(message).toMatch(/scaled to 0 of 1 .* "kubectl scale deployment phi-3 -n default --replicas 1"/)
    await patch(scenario, DEPLOYMENT, { spec: { replicas: 1 } })
    await ready(scenario)
    for (const [value, type] of [
      ['true', 'LoadBalancer'],
      ['false', 'ClusterIP'],
    ] as const) {
      await patch(scenario, NAMED, { metadata: { annotations: { 'kaito.sh/enablelb': value } } })
      await until(`the Service is of type ${type}`, async () =>
        (await scenario.bed.kube.ask(SERVICE)).text.includes(`"type":"${type}"`),
      )
    }
  })

  test('whose preset is exchanged serves the other model on the node that it has', async () => {
    await using scenario = await servedOnce()
    const changed = await patch(scenario, NAMED, { inference: { preset: { name: 'phi-3-mini-128k-instruct' } } })
    expect(changed.status).toBe(200)
    await until('the other model answers', async () => {
      const chat = { method: 'POST', body: { prompt: 'Who are you?' } } as const
      return (await scenario.bed.kube.ask(`${SERVICE}:80/proxy/chat`, chat)).text.includes('phi-3-mini-128k-instruct')
    })
    await ready(scenario)
    expect(scenario.billedPools()).toHaveLength(1)
  })

  test('row 19: whose preset, and then the whole catalogue, is taken away serves on, and leaves nothing when it is deleted', async () => {
    await using scenario = await servedOnce()
    const catalogue = '/api/v1/namespaces/kaito-workspace/configmaps/kaito-catalogue'
    expect((await patch(scenario, catalogue, { data: { presets: 'another-model access=public' } })).status).toBe(200)
    await patch(scenario, NAMED, { metadata: { annotations: { 'kaito.sh/enablelb': 'true' } } })
    await until('the Service follows', async () =>
      (await scenario.bed.kube.ask(SERVICE)).text.includes('"type":"LoadBalancer"'),
    )
    expect((await remove(scenario, catalogue)).status).toBe(200)
    await ready(scenario)
    await scenario.deleteWorkspace()
    await scenario.gone()
    await nothingIsLeft(scenario)
    for (const manifest of await readManifests('charts/kaito/workspace/files/catalogue.yaml')) {
      expect((await scenario.apply(manifest)).status).toBe(201)
    }
  })

  test.each<[phase: string, reach: (scenario: Scenario) => Promise<unknown>]>([
    ['before it is looked at', async () => undefined],
    [
      'while its pool is being created',
      (scenario) => until('a pool bills', () => scenario.livePools().length > 0, { everyMs: 2 }),
    ],
    [
      'while its model loads',
      (scenario) => scenario.condition('InferenceReady', { status: 'False', reason: 'WorkloadStarting' }),
    ],
  ])('deleted %s leaves nothing', async (_phase, reach) => {
    await using scenario = await Scenario.start()
    await scenario.apply(workspaceManifest())
    await reach(scenario)
    await scenario.deleteWorkspace()
    await scenario.gone()
    await nothingIsLeft(scenario)
  })

  test('deleted while no GPU shows leaves nothing', async () => {
    await using scenario = await Scenario.start({ devicePlugin: false })
    await scenario.apply(workspaceManifest())
    await until('the node is registered', async () => {
      const conditions = (await scenario.machines())[0]?.status?.conditions ?? []
      return conditions.some(({ type, status }) => type === 'MachineRegistered' && status === 'True')
    })
    await scenario.deleteWorkspace()
    await scenario.gone()
    await nothingIsLeft(scenario)
  })

  test('goes with its namespace, and its pool too', async () => {
    await using scenario = await Scenario.start()
    const { kube } = scenario.bed
    await createManifest(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
    await scenario.apply(workspaceManifest('metadata: { name: phi-3, namespace: team }'))
    await until('a pool bills', () => scenario.livePools().length > 0)
    await remove(scenario, '/api/v1/namespaces/team')
    await until('the namespace is gone', async () => (await kube.ask('/api/v1/namespaces/team')).status === 404)
    await nothingIsLeft(scenario)
  })

  test('deleted while its controller was away is given back when that returns', async () => {
    await using scenario = await servedOnce()
    await scenario.kill('workspace-controller')
    await scenario.deleteWorkspace()
    expect(scenario.livePools()).toHaveLength(1)
    scenario.run('workspace-controller')
    await scenario.gone()
    await nothingIsLeft(scenario)
  })

  test('whose name is taken by a Deployment of somebody else buys nothing, and goes on once that is gone', async () => {
    await using scenario = await Scenario.start()
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'pause' }] } }
    const theirs = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template }
    const metadata = { name: 'phi-3', labels: { 'kaito.sh/workspace': 'phi-3' } }
    await createManifest(scenario.bed.kube, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: theirs })
    await scenario.apply(workspaceManifest())
    const { message } = await scenario.condition('WorkspaceReady', { status: 'False', reason: 'NameConflict' })
    expect(message).toMatch(/Deployment phi-3 .* delete it, or create the Workspace under another name/)
    await nothingIsLeft(scenario)
    await remove(scenario, DEPLOYMENT)
    await ready(scenario)
  })

  test('whose node is lost says so, keeps everything, and is ready again with it', async () => {
    await using scenario = await servedOnce()
    const [slot] = (await statusOf(scenario)).slots
    const node = `/api/v1/nodes/${slot?.nodeName}`
    const played = (value: string | null) =>
      patch(scenario, node, { metadata: { annotations: { 'simulation.kaito.sh/node': value } } })
    await played(null)
    const lost = { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }
    await patch(scenario, `${node}/status`, { status: { conditions: [lost] } })
    const { message } = await scenario.condition('ResourceReady', { status: 'False', reason: 'NodeNotReady' })
    expect(message).toMatch(`node ${slot?.nodeName} is not ready: Kubelet stopped posting node status.`)
    expect(scenario.livePools()).toHaveLength(1)
    await played('true')
    await ready(scenario)
    expect((await statusOf(scenario)).slots).toEqual([slot])
    expect(scenario.billedPools()).toHaveLength(1)
  })

  test('of two nodes and a size in another spelling is served once all are there, and tells each state once', async () => {
    await using scenario = await Scenario.start()
    const resource = 'count: 2, instanceType: standard_nc24ads_a100_V4, labelSelector: { matchLabels: { apps: phi-3 } }'
    await scenario.apply(
      workspaceManifest(
        `metadata: { name: ${LONGEST} }\nresource: { ${resource} }\ninference: { preset: { name: phi-3-mini-128k-instruct } }`,
      ),
    )
    if (hasKubectl) {
      const kubectl = createKubectl({ kubeconfigPath: scenario.bed.kubeconfigPath, folder: scenario.bed.folder })
      const waited = await kubectl(['wait', '--for=condition=WorkspaceReady', `workspace/${LONGEST}`, '--timeout=30s'])
      expect(waited).toMatchObject({ code: 0, out: expect.stringMatching(/condition met/) })
    }
    await ready(scenario, LONGEST)
    const conditions = (await scenario.workspace(LONGEST))?.status?.conditions ?? []
    expect(conditions.map(({ observedGeneration }) => observedGeneration)).toEqual([1, 1, 1, 1, 1])
    expect((await statusOf(scenario, LONGEST)).workerNodes).toHaveLength(2)
    expect(scenario.livePools()).toHaveLength(2)
    const events = await until('the last event', async () => {
      const told = await eventsOf(scenario, LONGEST)
      return told.some(({ reason }) => reason === 'WorkloadReady') && told
    })
    expect(events.map(({ reason, count }) => `${reason} ${count}`).sort()).toEqual([
      'NodesReady 1',
      'PoolCreating 1',
      'WorkloadReady 1',
      'WorkloadStarting 1',
    ])
  })

  test('whose image cannot be pulled names it and where to read more', async () => {
    await using scenario = await Scenario.start()
    await scenario.kill('workspace-controller')
    scenario.run('workspace-controller', { PRESET_REGISTRY_NAME: 'registry.example.invalid/kaito' })
    await scenario.apply(workspaceManifest())
    const { message } = await scenario.condition('InferenceReady', { status: 'False', reason: 'ImagePullError' })
    expect(message).toMatch(/cannot be pulled .*registry\.example\.invalid\/kaito\/kaito-phi-3-mini-4k-instruct/)
    expect(message).toMatch(/"kubectl describe pod phi-3-\S+ -n default"/)
    await scenario.deleteWorkspace()
    await scenario.gone()
    await nothingIsLeft(scenario)
  })
})
