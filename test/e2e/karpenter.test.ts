import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { conditionSchema } from '../harness/conditions.ts'
import { startKarpenter } from '../harness/karpenter.ts'
import { createManifest } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'

const CLAIMS = '/apis/karpenter.sh/v1/nodeclaims'
const POOLS = '/apis/karpenter.sh/v1/nodepools'
const GPU = 'nvidia.com/gpu'
const SIZE = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] }

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({ taints: z.array(z.looseObject({ key: z.string() })).default([]) }).optional(),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      nodeName: z.string().optional(),
      capacity: z.record(z.string(), z.string()).default({}),
      allocatable: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
})
const listSchema = z.object({ items: z.array(objectSchema) })
type Found = z.infer<typeof objectSchema>

let bed: TestBed
let karpenter: Awaited<ReturnType<typeof startKarpenter>>

beforeAll(async () => {
  bed = await startTestBed()
  karpenter = await startKarpenter(bed)
})
afterAll(async () => {
  await karpenter?.stop()
  await bed?.stop()
})

async function list(path: string): Promise<Found[]> {
  return listSchema.parse(JSON.parse((await bed.kube.ask(path)).text)).items
}

const nodes = async () => (await list('/api/v1/nodes')).filter(({ metadata }) => metadata.name.startsWith('kwok-'))

async function create(manifest: { apiVersion: string; kind: string; metadata: { name: string }; spec: object }) {
  const { status, text } = await createManifest(bed.kube, manifest)
  expect(text).toContain(manifest.metadata.name)
  expect(status).toBe(201)
}

const claim = (name: string, nodeClassRef = karpenter.nodeClassRef) =>
  create({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name },
    spec: { nodeClassRef, requirements: [SIZE], resources: { requests: { [GPU]: 1 } }, expireAfter: 'Never' },
  })

const isReady = ({ status }: Found) =>
  status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false

/** As `until`, but a failure shows what Karpenter said last. */
async function seen<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  return until(what, look, { everyMs: 100 }).catch(async (error: Error) => {
    throw new Error(`${error.message}; Karpenter said last: ${await karpenter.tail()}`, { cause: error })
  })
}

test('a NodeClaim becomes a Node that has a GPU and runs Pods, and both go', async () => {
  await claim('one')
  const ready = await seen('the claim is ready', async () => (await list(CLAIMS)).find(isReady))
  const [node] = await nodes()
  expect(node?.metadata.name).toBe(ready.status?.nodeName)
  expect(node?.status).toMatchObject({ allocatable: { [GPU]: '1' }, capacity: { [GPU]: '1' } })
  expect(node?.spec?.taints ?? []).toEqual([])
  const requests = { [GPU]: 1 }
  await createManifest(bed.kube, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'busy' },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'example.com/server:1',
          ports: [{ containerPort: 8080 }],
          resources: { requests, limits: requests },
        },
      ],
    },
  })
  const pod = '/api/v1/namespaces/default/pods/busy'
  await seen('the Pod is ready', async () => isReady(objectSchema.parse(JSON.parse((await bed.kube.ask(pod)).text))))
  expect((await bed.kube.ask(`${pod}:8080/proxy/`)).status).toBe(200)
  await bed.kube.ask(`${CLAIMS}/one`, { method: 'DELETE' })
  await seen('claim and Node are gone', async () => (await list(CLAIMS)).length + (await nodes()).length === 0)
  expect((await bed.kube.ask(pod)).status).toBe(404)
})

test('a static NodePool has as many Nodes as it asks for', async () => {
  await create({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'two' },
    spec: {
      replicas: 2,
      template: { spec: { nodeClassRef: karpenter.nodeClassRef, requirements: [SIZE], expireAfter: 'Never' } },
    },
  })
  const both = async (count: number) => (await nodes()).filter(isReady).length === count
  await seen('two Nodes are ready', () => both(2))
  await seen('two claims are ready', async () => (await list(CLAIMS)).filter(isReady).length === 2)
  for (const { status } of await nodes()) expect(status?.capacity).toMatchObject({ [GPU]: '1' })
  await bed.kube.mergePatch(`${POOLS}/two`, { spec: { replicas: 1 } })
  await seen('one Node is left', async () => (await nodes()).length === 1)
  await bed.kube.ask(`${POOLS}/two`, { method: 'DELETE' })
  await seen('nothing is left', async () => (await list(CLAIMS)).length + (await nodes()).length === 0)
})

test('a Karpenter that dies is followed by another, which ends what the first began', async () => {
  await claim('left')
  await seen('the claim is ready', async () => (await list(CLAIMS)).find(isReady))
  await karpenter.stop()
  await bed.kube.ask(`${CLAIMS}/left`, { method: 'DELETE' })
  karpenter = await startKarpenter({ ...bed, nodeRegistrationDelay: '1s' })
  await seen('claim and Node are gone', async () => (await list(CLAIMS)).length + (await nodes()).length === 0)
})

test('a claim that no machine can be had for is deleted', async () => {
  await claim('none', { ...karpenter.nodeClassRef, name: 'missing' })
  await seen('the claim is gone', async () => (await list(CLAIMS)).length === 0)
  expect(await bed.kube.ask('/api/v1/namespaces/default/events')).toMatchObject({
    text: expect.stringContaining('InsufficientCapacityError'),
  })
})
