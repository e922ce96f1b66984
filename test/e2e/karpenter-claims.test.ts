import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { claimByHand, NODE_CLAIMS } from '../integration/model-life.ts'
import { KarpenterScenario, KWOK, PATIENCE_MS } from './karpenter-scenario.ts'

const LONG = { timeout: 400_000 }

let site: KarpenterScenario
const life = () => site.life

beforeAll(async () => {
  site = await KarpenterScenario.start()
})
afterEach(() => site.leaveNothing(), PATIENCE_MS)
afterAll(() => site?.[Symbol.asyncDispose]())

test('Karpenter gives a node, the model answers on it, and the node goes with the Workspace', LONG, async () => {
  await site.choose('nodeclaim')
  await life().apply()
  await life().answers()
  const [claim, ...more] = await site.claims()
  expect([claim?.metadata.name, ...more]).toEqual([(await life().read())?.status.slots[0]?.claimName])
  expect(await site.nodes()).toHaveLength(1)
})

test('a size that Karpenter does not have is refused, and the next one is asked for', LONG, async () => {
  await site.choose('nodeclaim')
  await life().apply({ instanceTypes: ['Standard_NV36ads_A10_v5', 'Standard_NC24ads_A100_v4'] })
  const { message } = await life().condition('ResourceReady', { status: 'False', reason: 'Unknown' })
  expect(message).toMatch(/instance type not found/)
  await life().answers(PATIENCE_MS)
  expect((await life().read())?.status.slots).toMatchObject([{ attempt: 1 }])
})

test(
  'a claim that is ended for want of capacity is asked for again, ever more seldom, until there is some',
  LONG,
  async () => {
    await site.choose('nodeclaim')
    await life().apply({ nodeClassRef: { ...KWOK, name: 'gpu' } })
    await life().condition('ResourceReady', { status: 'False', reason: 'ClaimGone' })
    await until('a second try', async () => (await life().read())?.status.slots[0]?.attempt === 1, { withinMs: 60_000 })
    const apiVersion = `${KWOK.group}/v1alpha1`
    await createManifest(site.kube, { apiVersion, kind: KWOK.kind, metadata: { name: 'gpu' }, spec: {} })
    await life().answers(PATIENCE_MS)
    await site.remove(`/apis/${apiVersion}/kwoknodeclasses/gpu`)
  },
)

test('a claim that somebody deletes is replaced, and the model comes back', LONG, async () => {
  await site.choose('nodeclaim')
  await life().apply()
  await life().answers()
  const nodes = await site.nodes()
  await site.remove(`${NODE_CLAIMS}/${(await site.claims())[0]?.metadata.name}`)
  await site.answersElsewhere(nodes)
  expect((await life().read())?.status.slots).toMatchObject([{ attempt: 1 }])
})

test('a claim that expires, where the setting lets it, is replaced', LONG, async () => {
  await site.choose('nodeclaim', { expireAfter: '40s' })
  await life().apply()
  await life().answers()
  await site.answersElsewhere(await site.nodes())
})

test('a node that Karpenter gave somebody serves who may only use what is there, and stays', LONG, async () => {
  await site.choose('existing-nodes')
  await life().apply()
  await life().condition('ResourceReady', { status: 'False', reason: 'NoCapacity' })
  await createManifest(site.kube, claimByHand('byhand', life().name, KWOK))
  await life().answers(PATIENCE_MS)
  await life().end()
  expect(await site.claims()).toHaveLength(1)
  await site.remove(`${NODE_CLAIMS}/byhand`)
})
