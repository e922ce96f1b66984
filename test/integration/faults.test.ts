import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { comesToRest } from './rest.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const MACHINE_DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/machines.karpenter.sh'
const requirement = (key: string, ...values: string[]) => ({ key, operator: 'In', values })
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type'

describe.concurrent('a launch that fails', () => {
  test('row 8: a node that never joins is given back; after three nothing is launched until somebody asks', async () => {
    await using bed = await ClaimScenario.start()
    bed.azure.injectPoolFault({ join: 'never' })
    await bed.apply('ws1')
    const failed = { status: 'False', reason: 'NodeNotRegistered', message: /^3 launches failed/, withinMs: 50_000 }
    await bed.condition('ws1', 'MachineLaunched', failed)
    await comesToRest(bed)
    expect(bed.livePools()).toEqual([])
    expect(bed.launches()).toBe(3)
    bed.azure.clearPoolFaults()
    await bed.annotate('ws1', { 'kaito.sh/retry': 'again' })
    await bed.ready('ws1')
    expect(bed.launches()).toBe(4)
    await bed.deleteMachine('ws1')
    await bed.gone('ws1')
    expect(bed.livePools()).toEqual([])
  })

  test('row 9: a node with fewer GPUs than promised is replaced', async () => {
    await using bed = await ClaimScenario.start()
    bed.azure.injectPoolFault({ gpus: 0, times: 1 })
    await bed.apply('ws1')
    await bed.condition('ws1', 'MachineInitialized', { status: 'False', reason: 'GPUNotRegistered' })
    await bed.ready('ws1')
    await comesToRest(bed)
    expect(bed.launches()).toBe(2)
    expect(bed.livePools()).toEqual(['ws1'])
    expect(await bed.nodes()).toHaveLength(1)
  })

  test('three failed allocations end with the reason and without a pool', async () => {
    await using bed = await ClaimScenario.start({ azure: { capacities: [{ vmSize: A100, available: 0 }] } })
    await bed.apply('ws1')
    const failed = { status: 'False', reason: 'NoCapacity', message: /^3 launches failed/, withinMs: 50_000 }
    await bed.condition('ws1', 'MachineLaunched', failed)
    expect(bed.livePools()).toEqual([])
    expect(bed.armCalls(/^PUT/)).toEqual(['PUT 201', 'PUT 201', 'PUT 201'])
    bed.azure.configure({ capacities: [] })
    await bed.annotate('ws1', { 'kaito.sh/retry': '1' })
    await bed.ready('ws1')
  })

  test('the second instance type is launched when the first cannot be had', async () => {
    await using bed = await ClaimScenario.start({ azure: { restrictedSizes: ['Standard_NC48ads_A100_v4'] } })
    await bed.apply('ws1', { requirements: [requirement(INSTANCE_TYPE, 'Standard_NC48ads_A100_v4', A100)] })
    await bed.ready('ws1')
    expect(bed.armCalls(/^PUT 201/)).toHaveLength(1)
    expect((await bed.nodes())[0]?.metadata.labels[INSTANCE_TYPE]).toBe(A100)
  })

  test('a name that no agent pool can have is refused without a write to Azure', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('much-too-long-for-aks')
    await bed.condition('much-too-long-for-aks', 'MachineLaunched', { status: 'False', reason: 'InvalidRequest' })
    await bed.deleteMachine('much-too-long-for-aks')
    await bed.gone('much-too-long-for-aks')
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual([])
  })

  test('row 59: a pool of somebody else under the name of a claim is never touched', async () => {
    await using bed = await ClaimScenario.start()
    bed.azure.pools.create('theirs', { vmSize: A100 })
    await bed.apply('theirs')
    await bed.condition('theirs', 'MachineLaunched', { status: 'False', reason: 'NameConflict' })
    await bed.deleteMachine('theirs')
    await bed.gone('theirs')
    expect(bed.livePools()).toEqual(['theirs'])
    expect(bed.armCalls(/^DELETE/)).toEqual([])
  })
})

test('a bare Machine and one as KAITO writes it are served', async () => {
  await using bed = await ClaimScenario.start()
  await bed.apply('bare', { resources: undefined })
  const requirements = [
    requirement(INSTANCE_TYPE, A100),
    requirement('karpenter.sh/provisioner-name', 'default'),
    requirement('apps', 'phi-3'),
    requirement('kubernetes.io/os', 'linux'),
  ]
  const taints = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]
  const resources = { requests: { storage: '120Gi' } }
  const labels = { 'karpenter.sh/provisioner-name': 'default', 'kaito.sh/workspace': 'phi-3' }
  await bed.apply('ws0a1b2c3d4', { machineTemplateRef: { name: 'phi-3' }, requirements, taints, resources }, { labels })
  await Promise.all([bed.ready('bare'), bed.ready('ws0a1b2c3d4')])
  expect(bed.livePools().sort()).toEqual(['bare', 'ws0a1b2c3d4'])
})

describe.concurrent('an instance that changes behind our back', () => {
  test.each<[what: string, change: (bed: ClaimScenario, node: string) => void | Promise<void>]>([
    ['row 20: a pool deleted in the portal', (bed) => bed.azure.pools.delete('ws1')],
    ['row 17: an evicted machine', (bed) => bed.azure.pools.evict('ws1')],
    ['row 29: a Node deleted by hand', (bed, node) => bed.deleteNode(node)],
  ])('%s ends its claim and leaves nothing', async (_what, change) => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.ready('ws1')
    const [node] = await bed.nodes()
    await bed.pod('busy', node?.metadata.name ?? '')
    await change(bed, node?.metadata.name ?? '')
    await bed.gone('ws1', 50_000)
    await comesToRest(bed)
    expect(bed.livePools()).toEqual([])
    expect(await bed.nodes()).toEqual([])
  })

  test('row 45: a node that is imaged anew while a pod runs stays the same claim', async () => {
    await using bed = await ClaimScenario.start({ azure: { updateSeconds: 8 } })
    await bed.apply('ws1')
    await bed.ready('ws1')
    const [before] = await bed.nodes()
    await bed.pod('busy', before?.metadata.name ?? '')
    bed.azure.pools.reimage('ws1')
    const after = await until('another Node is registered', async () => {
      const [node] = await bed.nodes()
      return node?.metadata.uid !== before?.metadata.uid && node?.metadata.finalizers.length === 1 ? node : undefined
    })
    await comesToRest(bed)
    const [node] = await bed.nodes()
    expect(node?.metadata.uid).toBe(after.metadata.uid)
    expect(node?.spec?.unschedulable).toBe(false)
    await bed.ready('ws1')
    expect(bed.launches()).toBe(1)
  })

  test('row 28: a claim whose finalizer was taken off by hand leaves no pool and no Node', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.apply('ws2')
    await Promise.all([bed.ready('ws1'), bed.ready('ws2')])
    bed.azure.faults.inject({ match: { method: 'DELETE' }, times: 1, action: { do: 'answer', status: 403, body: {} } })
    await bed.deleteMachine('ws1')
    await bed.patchMachine('ws1', { metadata: { finalizers: null } })
    await bed.gone('ws1')
    await until('its pool is gone', () => !bed.livePools().includes('ws1'))
    await until('its Node is gone', async () => (await bed.nodes()).length === 1)
    await bed.ready('ws2')
    await comesToRest(bed)
    expect(bed.livePools()).toEqual(['ws2'])
  })

  test('row 77: a stopped cluster costs no claim', async () => {
    await using bed = await ClaimScenario.start()
    await bed.apply('ws1')
    await bed.ready('ws1')
    bed.azure.cluster.stop()
    await bed.apply('ws2')
    await bed.condition('ws2', 'MachineLaunched', { status: 'False', reason: 'ClusterStopped' })
    await pause(6_000)
    await bed.deleteMachine('ws2')
    await bed.gone('ws2')
    bed.azure.cluster.start()
    await bed.ready('ws1')
    await comesToRest(bed)
    expect((await bed.machine('ws1'))?.metadata.deletionTimestamp).toBeUndefined()
    expect(bed.launches()).toBeGreaterThan(0)
    expect(bed.armCalls(/^DELETE/)).toEqual([])
  })
})

test('row 22: more leftovers than usual are kept until somebody approves their very number', async () => {
  await using bed = await ClaimScenario.start()
  const names = ['ws1', 'ws2', 'ws3', 'ws4']
  for (const name of names) await bed.apply(name)
  for (const name of names) await bed.ready(name)
  const abandon = async (name: string) => {
    await bed.patchMachine(name, { metadata: { finalizers: null } })
    await bed.deleteMachine(name)
    await bed.gone(name)
  }
  await bed.kill()
  for (const name of ['ws1', 'ws2', 'ws3']) await abandon(name)
  bed.run()
  expect(await bed.heldDeletions(3)).toMatch(/3 instances or claims look left over/)
  expect(bed.livePools()).toHaveLength(4)
  await bed.kill()
  await abandon('ws4')
  bed.run()
  expect(await bed.heldDeletions(4)).toMatch(/4 instances or claims look left over/)
  await bed.approveDeletions('3')
  await pause(4_000)
  expect(bed.livePools()).toHaveLength(4)
  await bed.approveDeletions('4')
  await until('all leftovers are gone', () => bed.livePools().length === 0)
})

test('rows 12, 30: two provisioners that both act make one pool per claim, rest, and end it', async () => {
  await using bed = await ClaimScenario.start()
  bed.run()
  const names = ['ws1', 'ws2', 'ws3', 'ws4', 'ws5']
  for (const name of names) await bed.apply(name)
  for (const name of names) await bed.ready(name)
  expect(bed.launches()).toBe(names.length)
  await comesToRest(bed)
  for (const name of names) await bed.deleteMachine(name)
  for (const name of names) await bed.gone(name)
  expect(bed.livePools()).toEqual([])
  expect(await bed.nodes()).toEqual([])
})

test('row 62: claims that go because their definition was deleted wait until somebody approves their very number', async () => {
  await using bed = await ClaimScenario.start()
  const names = ['ws1', 'ws2', 'ws3']
  for (const name of names) await bed.apply(name)
  for (const name of names) await bed.ready(name)
  await bed.delete(MACHINE_DEFINITION)
  expect(await bed.heldDeletions(3)).toMatch(/^3 instances or claims would go, 3 of them because the definition/)
  await bed.condition('ws1', 'Ready', {
    status: 'False',
    reason: 'Deleting',
    message: /definition of Machine was deleted/,
  })
  await pause(4_000)
  expect(bed.livePools().sort()).toEqual(names)
  expect((await bed.nodes()).every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(true)
  await bed.approveDeletions('3')
  await until('all of them are given back', () => bed.livePools().length === 0)
  await until('the definition is gone', async () => (await bed.bed.kube.ask(MACHINE_DEFINITION)).status === 404)
  // Whoever uses this control plane next needs it.
  for (const manifest of await readManifests('crds/karpenter.sh_machines.yaml'))
    await createManifest(bed.bed.kube, manifest)
})
