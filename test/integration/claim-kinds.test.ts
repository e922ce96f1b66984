import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'

const NODE_CLAIMS = '/apis/karpenter.sh/v1/nodeclaims'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type'
const nodeClassRef = { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' }
const requirements = [{ key: INSTANCE_TYPE, operator: 'In', values: ['Standard_NC24ads_A100_v4'] }]

describe('what the API server keeps of claims', () => {
  let bed: TestBed
  let made = 0

  beforeAll(async () => {
    bed = await startTestBed({ cluster: { kubelet: false } })
  })
  afterAll(() => bed.stop())

  function create(kind: 'Machine' | 'NodeClaim', spec: object | undefined) {
    made += 1
    const apiVersion = kind === 'Machine' ? 'karpenter.sh/v1alpha5' : 'karpenter.sh/v1'
    return createManifest(bed.kube, { apiVersion, kind, metadata: { name: `claim${made}` }, ...(spec && { spec }) })
  }

  const nodeClaim = (spec: object = {}) => create('NodeClaim', { nodeClassRef, requirements, ...spec })
  const required = (requirement: object) => nodeClaim({ requirements: [requirement] })

  test.each([
    ['M1', 'v1alpha5', 'machines'],
    ['M1', 'v1', 'nodeclaims'],
  ])('%s karpenter.sh/%s %s are of the whole cluster, in one category, with a status', async (_, version, plural) => {
    const { text } = await bed.kube.ask(`/apis/karpenter.sh/${version}`)
    const { resources } = z.object({ resources: z.array(z.looseObject({ name: z.string() })) }).parse(JSON.parse(text))
    const [resource, ...others] = resources.filter(({ name }) => name.startsWith(plural))
    expect(resource).toMatchObject({ name: plural, namespaced: false, categories: ['karpenter'] })
    expect(resource).not.toHaveProperty('shortNames')
    expect(others.map(({ name }) => name)).toEqual([`${plural}/status`])
  })

  test('M1 Machines print the columns of Karpenter', async () => {
    const [header] = await bed.kube.table('/apis/karpenter.sh/v1alpha5/machines')
    const { text } = await bed.kube.ask(`${DEFINITIONS}/machines.karpenter.sh`)
    const names = [...text.matchAll(/"name":"([A-Z][A-Za-z]*)"/g)].map(([, name]) => name)
    const columns = ['Type', 'Zone', 'Node', 'Ready', 'Age', 'Capacity', 'Provisioner', 'Template']
    expect(names).toEqual(expect.arrayContaining(columns))
    expect(header).toEqual(expect.arrayContaining(['TYPE', 'ZONE', 'NODE', 'READY', 'AGE']))
  })

  test.each<[what: string, spec: object, status: number]>([
    ['an amount that is none', { resources: { requests: { 'nvidia.com/gpu': 'many' } } }, 422],
    ['fewer than no pods', { kubelet: { maxPods: -1 } }, 422],
    ['an empty spec', {}, 201],
  ])('M2 a Machine with %s', async (_what, spec, status) => {
    expect((await create('Machine', spec)).status).toBe(status)
  })

  test('N1 the spec of a NodeClaim never changes, its metadata and status may', async () => {
    const { path, status } = await nodeClaim({ expireAfter: 'Never' })
    expect(status).toBe(201)
    const refused = await bed.kube.mergePatch(path, { spec: { expireAfter: '1h' } })
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('spec is immutable')])
    expect((await bed.kube.mergePatch(path, { metadata: { labels: { a: 'b' } } })).status).toBe(200)
    expect((await bed.kube.mergePatch(`${path}/status`, { status: { nodeName: 'n' } })).status).toBe(200)
  })

  test('N2 a NodeClaim that does not say when it expires does so after 720 hours', async () => {
    const { path } = await nodeClaim()
    expect(JSON.parse((await bed.kube.ask(path)).text)).toMatchObject({ spec: { expireAfter: '720h' } })
    expect((await nodeClaim({ expireAfter: 'Never' })).status).toBe(201)
    expect((await nodeClaim({ expireAfter: '1d' })).status).toBe(422)
  })

  test.each(['group', 'kind', 'name'])('N3 a NodeClaim whose class has no %s is refused', async (field) => {
    const { [field as 'group']: _left, ...rest } = nodeClassRef
    expect((await nodeClaim({ nodeClassRef: rest })).status).toBe(422)
    expect((await nodeClaim({ nodeClassRef: { ...nodeClassRef, [field]: '' } })).status).toBe(422)
  })

  test('N3 a NodeClaim without a class, without requirements or without a spec is refused', async () => {
    expect((await create('NodeClaim', { requirements })).status).toBe(422)
    expect((await create('NodeClaim', { nodeClassRef })).status).toBe(422)
    expect((await create('NodeClaim', undefined)).status).toBe(422)
  })

  test.each([
    ['karpenter.sh/foo', 422],
    ['kubernetes.io/hostname', 422],
    ['karpenter.sh/nodepool', 201],
    ['karpenter.sh/capacity-type', 201],
    ['kaito.sh/workspace', 201],
  ])('N4 a requirement on %s is answered with %i', async (key, status) => {
    expect((await required({ key, operator: 'In', values: ['x'] })).status).toBe(status)
  })

  test.each<[what: string, requirement: object]>([
    ['In without values', { operator: 'In', values: [] }],
    ['Gt with a word', { operator: 'Gt', values: ['x'] }],
    ['51 values at least', { operator: 'In', values: ['x'], minValues: 51 }],
    ['an operator that is none', { operator: 'Like', values: ['x'] }],
  ])('N5 a requirement with %s is refused', async (_what, requirement) => {
    expect((await required({ key: INSTANCE_TYPE, ...requirement })).status).toBe(422)
  })

  test('a requirement takes as many sizes as Karpenter writes', async () => {
    const values = Array.from({ length: 600 }, (_, index) => `Standard_N${index}`)
    expect((await required({ key: INSTANCE_TYPE, operator: 'In', values })).status).toBe(201)
  })

  test('N5 a taint with an effect that is none is refused', async () => {
    expect((await nodeClaim({ taints: [{ key: 'a', effect: 'Foo' }] })).status).toBe(422)
  })
})

test('both kinds of claim are served side by side, and claims of other backends are left alone', async () => {
  await using machines = await ClaimScenario.start()
  const nodeClaims = machines.of('NodeClaim')
  const foreign = { nodeClassRef: { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' } }
  await nodeClaims.apply('foreign', foreign)
  await machines.apply('ws1')
  await nodeClaims.apply('ws2')
  await Promise.all([machines.ready('ws1'), nodeClaims.ready('ws2')])
  expect(machines.livePools().sort()).toEqual(['ws1', 'ws2'])
  await nodeClaims.deleteMachine('ws2')
  await nodeClaims.gone('ws2')
  expect(machines.livePools()).toEqual(['ws1'])
  expect((await machines.nodes()).map(({ metadata }) => metadata.labels.agentpool)).toEqual(['ws1'])
  const { text } = await machines.bed.kube.ask(`${NODE_CLAIMS}/foreign`)
  expect(JSON.parse(text)).not.toHaveProperty('status')
  expect(JSON.parse(text)).not.toHaveProperty(['metadata', 'finalizers'])
})

test('a kind without a definition holds up nothing, and is served when it appears', async () => {
  const definition = `${DEFINITIONS}/nodeclaims.karpenter.sh`
  await using machines = await ClaimScenario.start({
    prepare: async ({ kube }) => {
      await kube.ask(definition, { method: 'DELETE' })
      await until('the definition is gone', async () => (await kube.ask(definition)).status === 404)
    },
  })
  await machines.apply('ws1')
  await machines.ready('ws1')
  const [manifest] = await readManifests('crds/karpenter.sh_nodeclaims.yaml')
  if (!manifest) throw new Error('there is no definition of NodeClaims')
  expect((await createManifest(machines.bed.kube, manifest)).status).toBe(201)
  const nodeClaims = machines.of('NodeClaim')
  await until('NodeClaims are known', async () => (await machines.bed.kube.ask(NODE_CLAIMS)).status === 200)
  await nodeClaims.apply('ws2')
  await nodeClaims.condition('ws2', 'Ready', { status: 'True', withinMs: 60_000 })
  await machines.deleteMachine('ws1')
  await machines.gone('ws1')
  expect(machines.livePools()).toEqual(['ws2'])
})

test('a kind that is not served keeps its instances', async () => {
  await using machines = await ClaimScenario.start()
  const nodeClaims = machines.of('NodeClaim')
  await nodeClaims.apply('ws2')
  await nodeClaims.ready('ws2')
  await machines.kill()
  machines.run({ SERVE_NODE_CLAIMS: 'false' })
  await machines.apply('ws1')
  await machines.ready('ws1')
  await machines.kill()
  await machines.deleteMachine('ws1')
  await machines.patchMachine('ws1', { metadata: { finalizers: [] } })
  machines.run({ SERVE_NODE_CLAIMS: 'false' })
  await until('the instance that has no claim is collected', () => !machines.livePools().includes('ws1'))
  expect(machines.livePools()).toEqual(['ws2'])
})

test('a NodeClaim whose time is over is deleted, with its instance (N39)', async () => {
  await using machines = await ClaimScenario.start()
  const nodeClaims = machines.of('NodeClaim')
  await nodeClaims.apply('ws3', { expireAfter: '10s' })
  await nodeClaims.ready('ws3')
  await nodeClaims.gone('ws3')
  expect(machines.livePools()).toEqual([])
})
