import { describe, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { claimByHand, ModelLife, NODE_CLAIMS, nodesOf, objectsOf } from './model-life.ts'
import { Scenario } from './scenario.ts'

const MACHINES = '/apis/karpenter.sh/v1alpha5/machines'

const GPU_PROVISIONER = { group: 'kaito.sh', kind: 'KaitoNodeClass' }

describe('nodes of the gpu-provisioner', () => {
  test('by a NodeClaim of their own serve a model, and go with it', async () => {
    await using scenario = await Scenario.start({ nodes: { provisioner: 'nodeclaim' } })
    const { kube } = scenario.bed
    const life = new ModelLife(kube)
    await life.apply()
    await life.answers()
    expect(await life.condition('NodeClaimReady', { status: 'True' })).toMatchObject({ reason: 'ClaimsReady' })
    const [claim, ...more] = await objectsOf(kube, NODE_CLAIMS)
    expect([claim?.metadata.name, ...more]).toEqual([(await life.read())?.status.slots[0]?.claimName])
    expect(scenario.livePools()).toEqual([claim?.metadata.name])
    expect(await objectsOf(kube, MACHINES)).toEqual([])
    await life.end()
    expect(await objectsOf(kube, NODE_CLAIMS)).toEqual([])
    expect(scenario.livePools()).toEqual([])
    expect(scenario.billedPools()).toHaveLength(1)
  })

  test('that somebody asked for serve who may only use what is there, and stay', async () => {
    await using scenario = await Scenario.start({ nodes: { provisioner: 'existing-nodes' } })
    const { kube } = scenario.bed
    const life = new ModelLife(kube)
    await life.apply()
    const waiting = await life.condition('ResourceReady', { status: 'False', reason: 'NoCapacity' })
    expect(waiting.message).toMatch(/kubectl label node <name> apps=phi-3/)
    expect((await createManifest(kube, claimByHand('byhand', 'phi-3', GPU_PROVISIONER))).status).toBe(201)
    await life.answers()
    expect((await life.read())?.status.slots).toMatchObject([{ attempt: 0, nodeName: expect.any(String) }])
    await life.end()
    expect(scenario.livePools()).toEqual(['byhand'])
    await kube.ask(`${NODE_CLAIMS}/byhand`, { method: 'DELETE' })
    await until('the pool is gone', async () => scenario.livePools().length === 0)
  })
})

test('with another setting nodes stay, new ones come as it says, and all are given back', async () => {
  await using scenario = await Scenario.start()
  const { bed } = scenario
  const { kube } = bed
  const [before, after] = ['before', 'after'].map((name) => new ModelLife(kube, name))
  if (!before || !after) throw new Error('there are two')
  await before.apply()
  await before.answers()
  const nodes = await nodesOf(kube, 'before')
  const told = await before.condition('WorkspaceReady', { status: 'True' })
  await scenario.kill('workspace-controller')
  await bed.chooseNodes({ provisioner: 'nodeclaim' })
  scenario.run('workspace-controller')
  await after.apply()
  await after.answers()
  expect((await objectsOf(kube, NODE_CLAIMS)).map(({ metadata }) => metadata.labels['kaito.sh/workspace'])).toEqual([
    'after',
  ])
  expect(await nodesOf(kube, 'before')).toEqual(nodes)
  expect(await before.condition('WorkspaceReady', { status: 'True' })).toEqual(told)

  const [machine] = await objectsOf(kube, MACHINES)
  await kube.ask(`${MACHINES}/${machine?.metadata.name}`, { method: 'DELETE' })
  await before.condition('ResourceReady', { status: 'False' })
  await before.answers()
  expect(await objectsOf(kube, MACHINES)).toEqual([])
  expect(await objectsOf(kube, NODE_CLAIMS)).toHaveLength(2)
  await before.end()
  await after.end()
  expect(scenario.livePools()).toEqual([])
})

describe('a backend that is not there', () => {
  test('is named by the Workspace, by its kind first and then by its claim', async () => {
    await using scenario = await Scenario.start({
      nodes: { provisioner: 'nodeclaim', profile: 'karpenter-aws' },
      without: ['gpu-provisioner'],
    })
    const life = new ModelLife(scenario.bed.kube)
    await life.apply()
    const { message } = await life.condition('ResourceReady', { status: 'False', reason: 'NoProvisioner' })
    expect(message).toMatch(
      /karpenter-aws, which needs kind EC2NodeClass \(karpenter.k8s.aws\/v1\): .*is not installed/,
    )
    expect(await objectsOf(scenario.bed.kube, NODE_CLAIMS)).toEqual([])
    await life.end()
  })
})
