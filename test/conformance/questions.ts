import { ApiError, type KubeClient } from '../../packages/controller-kit/src/index.ts'
import type { Belongings } from './belongings.ts'
import { claimOf, poolOf } from './claim-form.ts'
import { type Cluster, KINDS, NODE_POOLS, type RawKind, type RawObject } from './cluster.ts'
import type { Answer } from './evidence.ts'
import type { Options } from './options.ts'
import { readObject } from './seen-object.ts'

type Expected = Answer['expected']
type Asked = [item: string, what: string, expected: Expected, spec: object]

interface Asking {
  cluster: Cluster
  belongings: Belongings
  options: Options
  /** Of claims that are asked about, and of the one that is changed. */
  name: string
}

const MACHINE_COLUMNS = ['Type', 'Zone', 'Node', 'Ready', 'Age', 'Capacity', 'Provisioner', 'Template']
const SIZE = 'node.kubernetes.io/instance-type'
const LEFT_OUT = undefined

const required = (requirement: object) => ({ requirements: [requirement] })
const isIn = (key: string) => required({ key, operator: 'In', values: ['x'] })

const MACHINE_SPECS: Asked[] = [
  ['M2', 'an amount that is none', 'refused', { resources: { requests: { 'nvidia.com/gpu': 'many' } } }],
  ['M2', 'fewer than no pods', 'refused', { kubelet: { maxPods: -1 } }],
  ['M2', 'an empty spec', 'accepted', {}],
]

const NODE_CLAIM_SPECS: Asked[] = [
  ['N2', 'expireAfter: Never', 'accepted', { expireAfter: 'Never' }],
  ['N2', 'expireAfter: 1d', 'refused', { expireAfter: '1d' }],
  ['N3', 'no class', 'refused', { nodeClassRef: LEFT_OUT }],
  ['N3', 'a class without a group', 'refused', { nodeClassRef: { kind: 'A', name: 'a' } }],
  ['N3', 'a class without a kind', 'refused', { nodeClassRef: { group: 'a', name: 'a' } }],
  ['N3', 'a class without a name', 'refused', { nodeClassRef: { group: 'a', kind: 'A' } }],
  ['N3', 'no requirements', 'refused', { requirements: LEFT_OUT }],
  ['N4', 'a requirement on karpenter.sh/foo', 'refused', isIn('karpenter.sh/foo')],
  ['N4', 'a requirement on kubernetes.io/hostname', 'refused', isIn('kubernetes.io/hostname')],
  ['N4', 'a requirement on karpenter.sh/nodepool', 'accepted', isIn('karpenter.sh/nodepool')],
  ['N5', 'In without values', 'refused', required({ key: SIZE, operator: 'In', values: [] })],
  ['N5', 'Gt with a word', 'refused', required({ key: SIZE, operator: 'Gt', values: ['x'] })],
  ['N5', '51 values at least', 'refused', required({ key: SIZE, operator: 'In', values: ['x'], minValues: 51 })],
  ['N5', 'a taint with an effect that is none', 'refused', { taints: [{ key: 'a', effect: 'Foo' }] }],
]

const POOL_SPECS: Asked[] = [
  ['N48', 'replicas alone', 'accepted', {}],
  ['N48', 'replicas and a weight', 'refused', { weight: 10 }],
  ['N48', 'replicas and a limit on cpu', 'refused', { limits: { cpu: '10' } }],
]

/** Asks by dry runs, and by changes of a claim whose class nobody serves. */
export async function askQuestions(asking: Asking): Promise<Answer[]> {
  const { cluster, options, name } = asking
  const { client } = cluster
  const plain = claimOf('plain', name, options)
  if (options.kind === 'machine') {
    const asked = MACHINE_SPECS.map((question) =>
      tryCreate(client, KINDS.machine, [question, { ...plain, spec: question[3] }]),
    )
    return [await aboutMachines(cluster), ...(await Promise.all(asked))]
  }
  const asked = NODE_CLAIM_SPECS.map((question) =>
    tryCreate(client, KINDS.nodeclaim, [question, { ...plain, spec: { ...plain.spec, ...question[3] } }]),
  )
  return [...(await Promise.all(asked)), ...(await aboutChanges(asking)), ...(await aboutPools(asking))]
}

async function tryCreate(client: KubeClient, kind: RawKind, [[item, what, expected], object]: [Asked, RawObject]) {
  return answerTo({ item, what, expected }, client.create(kind, object, { dryRun: true }))
}

/** A refusal is an answer; whatever else goes wrong is not. */
export async function answerTo(
  question: Pick<Answer, 'item' | 'what' | 'expected'>,
  asked: Promise<unknown>,
): Promise<Answer> {
  try {
    await asked
    return { ...question, got: 'accepted', message: '' }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500 || error.status === 403) throw error
    return { ...question, got: 'refused', message: error.message }
  }
}

async function aboutMachines(cluster: Cluster): Promise<Answer> {
  const kinds = await cluster.discover('karpenter.sh', 'v1alpha5')
  const machine = kinds.find(({ name }) => name === 'machines')
  const columns = machine ? await cluster.columns(KINDS.machine) : []
  const faults = [
    machine?.namespaced && 'of a namespace',
    !machine?.categories?.includes('karpenter') && 'not in the category karpenter',
    machine?.shortNames && `short names ${machine.shortNames.join(', ')}`,
    !kinds.some(({ name }) => name === 'machines/status') && 'no status of its own',
    ...MACHINE_COLUMNS.map((column) => !columns.includes(column) && `no column ${column}`),
  ]
  const fault = faults.find((text) => typeof text === 'string')
  const found = { item: 'M1', what: 'the kind', expected: 'accepted', message: 'it is not served' } as const
  return { ...found, got: machine ? 'accepted' : 'refused', ...(fault && { fault }) }
}

/** On a claim of nobody, so that no backend sees one change or the other. */
async function aboutChanges({ cluster, belongings, options, name }: Asking): Promise<Answer[]> {
  const { client } = cluster
  const kind = KINDS.nodeclaim
  const claim = claimOf('foreign', name, options)
  const { expireAfter: _left, ...spec } = { expireAfter: LEFT_OUT, ...claim.spec }
  const stored = readObject(await belongings.create(kind, { ...claim, spec }))
  const { expireAfter } = stored.spec
  const change = (what: string, expected: Expected) => ({ item: 'N1', what, expected })
  const answers = [
    await answerTo(
      change('a change of the spec', 'refused'),
      client.mergePatch(kind, { name }, { spec: { expireAfter: '1h' } }),
    ),
    await answerTo(
      change('a label', 'accepted'),
      client.mergePatch(kind, { name }, { metadata: { labels: { a: 'b' } } }),
    ),
    await answerTo(
      change('a status', 'accepted'),
      client.mergePatch(kind, { name }, { status: { nodeName: 'none' } }, { subresource: 'status' }),
    ),
  ]
  await belongings.delete(kind, name)
  const fault = expireAfter === '720h' ? {} : { fault: `stored as ${expireAfter}` }
  return [
    { item: 'N2', what: 'no expireAfter', expected: 'accepted', got: 'accepted', message: '', ...fault },
    ...answers,
  ]
}

async function aboutPools({ cluster, options, name }: Asking): Promise<Answer[]> {
  const kinds = await cluster.discover('karpenter.sh', 'v1')
  if (!kinds.some((kind) => kind.name === 'nodepools')) return []
  return Promise.all(
    POOL_SPECS.map((question) =>
      tryCreate(cluster.client, NODE_POOLS, [question, poolOf(name, options, { labels: {}, over: question[3] })]),
    ),
  )
}
