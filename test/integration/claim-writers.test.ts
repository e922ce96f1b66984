import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createManifest, type Manifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import * as writers from './claim-writers.ts'
import { billedPools, readArm } from './emulated-azure.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const NODES = '/api/v1/nodes'
const NODE_POOLS = '/apis/karpenter.sh/v1/nodepools'
/** Only A100s, and no spot machines: what is cheaper is refused. */
const QUOTAS = {
  StandardNVADSA10v5Family: { limit: 0 },
  'Standard NCASv3_T4 Family': { limit: 0 },
  standardNCSv3Family: { limit: 0 },
  lowPriorityCores: { limit: 0 },
}

const poolSchema = z.object({
  properties: z.looseObject({
    vmSize: z.string(),
    osDiskSizeGB: z.number(),
    availabilityZones: z.array(z.string()).optional(),
    nodeLabels: z.record(z.string(), z.string()),
    nodeTaints: z.array(z.string()).nullish(),
    tags: z.record(z.string(), z.string()),
  }),
})
const ownedSchema = z.looseObject({
  ownerReferences: z.array(z.looseObject({ name: z.string() })).optional(),
})
const claimSchema = z.object({
  metadata: z.object({ uid: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
})
const nodesSchema = z.object({
  items: z.array(z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }) })),
})

async function create(scenario: ClaimScenario, manifest: Manifest): Promise<string> {
  const { status, text, path } = await createManifest(scenario.bed.kube, await withOwners(scenario, manifest))
  if (status !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name} was refused: ${text}`)
  return path
}

const read = async (scenario: ClaimScenario, path: string): Promise<unknown> =>
  JSON.parse((await scenario.bed.kube.ask(path)).text)

/**
 * Where NodePools are served, an owner that does not exist is the end of what it owns. Nobody acts on those that are made
 * here.
 */
async function withOwners(scenario: ClaimScenario, manifest: Manifest): Promise<Manifest> {
  const { kube } = scenario.bed
  const { ownerReferences: [owner] = [] } = ownedSchema.parse(manifest.metadata)
  if (!owner || (await kube.ask(NODE_POOLS)).status !== 200) return manifest
  await createManifest(kube, writers.nodePool(owner.name))
  const { metadata } = claimSchema.parse(await read(scenario, `${NODE_POOLS}/${owner.name}`))
  return { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [{ ...owner, uid: metadata.uid }] } }
}

/** What a writer's claim must come to. */
interface Served {
  manifest: Manifest
  /** Of the pool: its labels of the claim, taints and disk. */
  labels: Record<string, string>
  taints: string[]
  diskGB: number
  zones?: string[]
}

const GPU_TAINT = ['sku=gpu:NoSchedule']
/** Of a size with 24 processors where nobody names a disk. */
const DEFAULT_DISK = 512

const WRITERS: [who: string, served: Served][] = [
  [
    'KAITO 0.3.2, for a preset',
    {
      manifest: writers.kaitoMachine('ws0a1b2c3d4', '50Gi'),
      labels: {
        'kaito.sh/workspace': 'phi-3',
        'karpenter.sh/provisioner-name': 'default',
        'kaito.sh/machine-type': 'gpu',
      },
      taints: GPU_TAINT,
      diskGB: 50,
    },
  ],
  [
    'KAITO 0.3.2, for a container of its user',
    {
      manifest: writers.kaitoMachine('ws4d3c2b1a0', '0'),
      labels: { 'kaito.sh/workspacenamespace': 'default', apps: 'phi-3' },
      taints: GPU_TAINT,
      diskGB: DEFAULT_DISK,
    },
  ],
  [
    'KAITO 0.12.0',
    {
      manifest: writers.kaitoNodeClaim('ws9f8e7d6c5'),
      labels: { 'karpenter.sh/nodepool': 'kaito', 'kaito.sh/workspace': 'phi-3', apps: 'phi-3' },
      taints: GPU_TAINT,
      diskGB: 120,
    },
  ],
  [
    'Karpenter, for pods that wait',
    {
      manifest: writers.scheduledNodeClaim('gpu-x7kq2'),
      labels: {
        'karpenter.sh/nodepool': 'gpu',
        'karpenter.sh/capacity-type': 'on-demand',
        'karpenter.azure.com/sku-gpu-manufacturer': 'nvidia',
        team: 'ml',
        'example.com/cost-center': '7',
      },
      taints: GPU_TAINT,
      diskGB: DEFAULT_DISK,
      zones: ['1'],
    },
  ],
  [
    'Karpenter, for a NodePool with replicas',
    {
      manifest: writers.staticNodeClaim(`always-and-with-a-name-that-is-longer-than-any-pool-x9wz4`),
      labels: { 'karpenter.sh/nodepool': 'always', 'example.com/cost-center': '7' },
      taints: [],
      diskGB: DEFAULT_DISK,
    },
  ],
  ['a person, a Machine', { manifest: writers.bareMachine('mine'), labels: {}, taints: [], diskGB: DEFAULT_DISK }],
  ['a person, a NodeClaim', { manifest: writers.bareNodeClaim('own'), labels: {}, taints: [], diskGB: DEFAULT_DISK }],
]

/** From the claim as applied to nothing left, with one pool in between. */
async function serve(scenario: ClaimScenario, { manifest, labels, taints, diskGB, zones }: Served): Promise<void> {
  const { name } = manifest.metadata
  const claims = scenario.of(manifest.kind === 'Machine' ? 'Machine' : 'NodeClaim')
  const path = await create(scenario, manifest)
  await claims.ready(name)
  const { metadata } = claimSchema.parse(await read(scenario, path))
  const pool = metadata.annotations['kaito.sh/instance-name'] ?? name
  const { properties } = poolSchema.parse(await readArm(scenario.azure, `agentPools/${pool}`))
  expect(properties).toMatchObject({ vmSize: A100, osDiskSizeGB: diskGB, nodeLabels: labels })
  expect(properties.nodeTaints ?? []).toEqual(taints)
  expect(properties.availabilityZones).toEqual(zones)
  expect(Object.values(properties.tags)).toContain(metadata.uid)
  const { items } = nodesSchema.parse(await read(scenario, NODES))
  const own = items.filter((node) => node.metadata.labels.agentpool === pool)
  expect(own).toMatchObject([{ metadata: { labels: { ...labels, 'kaito.sh/claim-uid': metadata.uid } } }])
  expect(billedPools(scenario.azure).filter((billed) => billed === pool)).toHaveLength(1)
  await scenario.delete(path)
  await claims.gone(name)
  expect(scenario.livePools()).not.toContain(pool)
}

describe.concurrent('claims as they are written', () => {
  test('N49: a claim of every writer is served by one pool of the right shape and leaves nothing', async () => {
    await using scenario = await ClaimScenario.start({ azure: { quotas: QUOTAS } })
    const spec = { nodeLabels: { 'example.com/cost-center': '7' } }
    await create(scenario, writers.agentPoolClass('gpu', spec))
    const foreign = await create(scenario, writers.foreignNodeClaim('foreign'))
    const outcomes = await Promise.allSettled(WRITERS.map(([, served]) => serve(scenario, served)))
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [`${WRITERS[index]?.[0]}: ${outcome.reason}`] : [],
    )
    expect(failed).toEqual([])
    expect(scenario.livePools()).toEqual([])
    expect(await scenario.nodes()).toEqual([])
    expect(scenario.launches()).toBe(WRITERS.length)
    expect(scenario.armCalls(/^PUT/)).toEqual(WRITERS.map(() => 'PUT 201'))
    const untouched = await read(scenario, foreign)
    expect(untouched).not.toHaveProperty('status')
    expect(untouched).not.toHaveProperty(['metadata', 'finalizers'])
  })

  test('a claim whose class does not exist is launched when it appears', async () => {
    await using scenario = await ClaimScenario.start()
    const claims = scenario.of('NodeClaim')
    await create(scenario, writers.bareNodeClaim('early', 'late'))
    const { message } = await claims.condition('early', 'Launched', { status: 'Unknown', reason: 'ClassNotFound' })
    expect(message).toContain('late')
    expect(scenario.armCalls(/^PUT/)).toEqual([])
    await create(scenario, writers.agentPoolClass('late', {}))
    await until('the pool is asked for', () => scenario.armCalls(/^PUT/).length > 0, { withinMs: 2_000 })
    await claims.ready('early')
    await claims.deleteMachine('early')
    await claims.gone('early')
    expect(scenario.livePools()).toEqual([])
  })
})
