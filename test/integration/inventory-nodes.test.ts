import { describe, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { CLASS, InventoryScenario } from './inventory-scenario.ts'
import { claimByHand, ModelLife, NODE_CLAIMS, objectsOf } from './model-life.ts'

const SIZE = 'Standard_ND96isr_H100_v5'
const HOST = 'gpu-host-1'

/** What the workspace controller must know of the inventory, beside its name. */
const SETTINGS = { name: 'inventory-provisioner', nodeClass: null, defaultNodeClass: CLASS, diskRequest: 'none' }

async function start(env: Record<string, string>, nodes: object) {
  const scenario = await InventoryScenario.start([HOST], env, { nodes, size: SIZE })
  scenario.bed.start('workspace-controller', { LEADER_ELECT: 'false' })
  return {
    scenario,
    life: new ModelLife(scenario.bed.kube),
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  }
}

describe('a host of the inventory serves a model, and is free again when the Workspace is gone', () => {
  test.each<[by: string, env: Record<string, string>, nodes: object]>([
    ['NodeClaim', {}, { provisioner: 'nodeclaim', settings: SETTINGS }],
    ['Machine', { SERVE_MACHINES: 'true' }, { provisioner: 'machine' }],
  ])('by a %s', async (_by, env, nodes) => {
    await using site = await start(env, nodes)
    const { scenario, life } = site
    await life.apply({ instanceType: SIZE })
    await life.condition('ResourceReady', { status: 'False' })
    await scenario.join(HOST)
    await life.answers()
    expect((await life.read())?.status.workerNodes).toEqual([HOST])
    expect(Object.keys(await scenario.taken())).toEqual([HOST])
    await life.end()
    await scenario.takes({})
  })

  test('that somebody has claimed, for who may only use what is there', async () => {
    await using site = await start({}, { provisioner: 'existing-nodes' })
    const { scenario, life } = site
    await life.apply({ instanceType: SIZE })
    await life.condition('ResourceReady', { status: 'False', reason: 'NoCapacity' })
    await scenario.join(HOST)
    const claim = claimByHand('byhand', life.name, CLASS)
    const requirements = [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [SIZE] }]
    const resources = { requests: { 'nvidia.com/gpu': 8 } }
    await createManifest(scenario.bed.kube, { ...claim, spec: { ...claim.spec, requirements, resources } })
    await life.answers()
    await life.end()
    expect(await objectsOf(scenario.bed.kube, NODE_CLAIMS)).toHaveLength(1)
    await scenario.delete('byhand')
    await scenario.takes({})
  })
})

test('two Workspaces and one host: the second says that none is free, and has it when the first is gone', async () => {
  await using site = await start({}, { provisioner: 'nodeclaim', settings: SETTINGS })
  const { scenario, life: first } = site
  await scenario.join(HOST)
  await first.apply({ instanceType: SIZE })
  await first.answers()
  const second = new ModelLife(scenario.bed.kube, 'second')
  await second.apply({ instanceType: SIZE })
  await second.condition('ResourceReady', { status: 'False', reason: 'NoCapacity' })
  await first.end()
  await second.answers(120_000)
  await second.end()
})
