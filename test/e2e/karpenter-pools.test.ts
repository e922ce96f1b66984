import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { claimByHand, NODE_CLAIMS, NODE_POOLS } from '../integration/model-life.ts'
import { KarpenterScenario, KWOK, PATIENCE_MS } from './karpenter-scenario.ts'

const LONG = { timeout: 400_000 }

let site: KarpenterScenario
const life = () => site.life

beforeAll(async () => {
  site = await KarpenterScenario.start()
})
afterEach(() => site.leaveNothing(), PATIENCE_MS)
afterAll(() => site?.[Symbol.asyncDispose]())

test('Karpenter gives as many nodes as are wanted, and all go with the Workspace', LONG, async () => {
  await site.choose('nodepool')
  await life().apply({ count: 2 })
  await life().answers(PATIENCE_MS)
  const slots = (await life().read())?.status.slots.map(({ claimName }) => claimName)
  expect((await site.claims()).map(({ metadata }) => metadata.name).sort()).toEqual(slots?.sort())
  expect(await site.pools()).toMatchObject([{ spec: { replicas: 2 } }])
})

test('a claim that is gone is replaced by Karpenter alone', LONG, async () => {
  await site.choose('nodepool')
  await life().apply()
  await life().answers(PATIENCE_MS)
  const nodes = await site.nodes()
  await site.remove(`${NODE_CLAIMS}/${(await site.claims())[0]?.metadata.name}`)
  await site.answersElsewhere(nodes)
  expect(await site.claims()).toHaveLength(1)
  expect((await life().read())?.status.slots).toMatchObject([{ attempt: 1 }])
})

/** Changes the template of the pool, so that its nodes are other than it says. */
async function letDrift(): Promise<void> {
  const [pool] = await site.pools()
  const template = { metadata: { labels: { 'example.com/generation': 'next' } } }
  await site.kube.mergePatch(`${NODE_POOLS}/${pool?.metadata.name}`, { spec: { template } })
}

test('a node that drifts stays', LONG, async () => {
  await site.choose('nodepool')
  await life().apply()
  await life().answers(PATIENCE_MS)
  const nodes = await site.nodes()
  await letDrift()
  const isDrifted = async () =>
    (await site.claims()).some(({ status }) =>
      status.conditions.some(({ type, status: is }) => type === 'Drifted' && is === 'True'),
    )
  await until('the claim has drifted', isDrifted, { withinMs: PATIENCE_MS })
  const isBlocked = async () => {
    const { text } = await site.kube.ask(`/api/v1/events?fieldSelector=involvedObject.name=${nodes[0]}`)
    return text.includes('DisruptionBlocked') && text.includes('do-not-disrupt')
  }
  await until('Karpenter says that it may not replace it', isBlocked, { withinMs: PATIENCE_MS })
  expect(await site.nodes()).toEqual(nodes)
})

test(
  'a node that drifts is replaced where the setting lets nodes be disrupted, and the model moves',
  LONG,
  async () => {
    await site.choose('nodepool', { doNotDisrupt: false })
    await life().apply()
    await life().answers(PATIENCE_MS)
    const nodes = await site.nodes()
    await letDrift()
    await site.answersElsewhere(nodes)
  },
)

test(
  'a pool grows when an existing node is lost, and is dissolved by another setting, which keeps its nodes',
  LONG,
  async () => {
    await site.choose('nodepool')
    await createManifest(site.kube, claimByHand('byhand', life().name, KWOK))
    await until('the node by hand is ready', async () =>
      (await site.claims()).some(({ status }) =>
        status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      ),
    )
    await life().apply({ count: 2 })
    await life().answers(PATIENCE_MS)
    expect(await site.pools()).toMatchObject([{ spec: { replicas: 1 } }])
    await site.remove(`${NODE_CLAIMS}/byhand`)
    await until('the pool has grown', async () => (await site.pools())[0]?.spec?.replicas === 2, {
      withinMs: PATIENCE_MS,
    })
    await life().answers(PATIENCE_MS)

    const nodes = await site.nodes()
    const told = await life().condition('WorkspaceReady', { status: 'True' })
    await site.choose('nodeclaim')
    await until('the pool is dissolved', async () => (await site.pools()).length === 0, { withinMs: PATIENCE_MS })
    expect(await site.claims()).toHaveLength(2)
    expect(await site.nodes()).toEqual(nodes)
    expect(await life().condition('WorkspaceReady', { status: 'True' })).toEqual(told)
  },
)
