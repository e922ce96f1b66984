import { readdir } from 'node:fs/promises'
import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Container, Job, PodSpec } from '@kaito/controller-kit'
import { findPreset } from '@kaito/presets'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { NodeOrder, TuningWork } from '../../workspace/order.ts'
import { tolerationsFor } from '../../workspace/tolerations.ts'
import { type TuningContext, tuningJob, tuningService } from './job.ts'
import type { TuningOrder } from './tuning-order.ts'

/** Manifests as they were read and found right; `vitest run -u` writes them anew. */
const GOLDEN = new URL('golden', import.meta.url).pathname
const URLS = ['https://data.example/train.parquet?version=1', 'https://data.example/more.jsonl']

interface Choices {
  preset?: string
  method?: 'lora' | 'qlora'
  input?: TuningWork['input']
  isPrivate?: boolean
  nodes?: Partial<NodeOrder>
  work?: Partial<TuningWork>
}

function order(choices: Choices = {}): TuningOrder {
  const {
    preset: name = 'phi-3-mini-4k-instruct',
    method = 'lora',
    input = { urls: URLS },
    isPrivate = false,
  } = choices
  const preset = findPreset(name)
  if (!preset) throw new Error(`no preset ${name}`)
  const image = isPrivate ? 'private.example/model:1' : `mcr.microsoft.com/aks/kaito/kaito-${name}:1`
  const work: TuningWork = {
    kind: 'tuning',
    preset,
    image,
    pullSecrets: isPrivate ? ['model-pull', 'data-pull'] : [],
    method,
    configName: undefined,
    input,
    output: { image: 'registry.example/team/adapter:1', pushSecret: 'push' },
    ttlSecondsAfterFinished: undefined,
    toolsImage: 'registry.example/kaito/tuning-tools:1',
    startPatienceMs: 7_200_000,
    allowedAddresses: '',
    baseImage: 'registry.example/busybox:1',
    isExposed: false,
    ...choices.work,
  }
  return { workspace: asked(work, isPrivate), nodes: { ...NODES, ...choices.nodes }, work }
}

const NODES: NodeOrder = {
  instanceTypes: ['Standard_NC24ads_A100_v4'],
  gpusPerNode: 1,
  count: 1,
  labels: { apps: 'tuning' },
  diskGiB: 50,
  capacityType: undefined,
  tolerations: tolerationsFor(undefined, []),
  nodeClass: undefined,
  existingNodes: 'Prefer',
  preferredNodes: [],
  allOrNothing: false,
}

function asked({ preset, method, image }: TuningWork, isPrivate: boolean): Workspace {
  return aWorkspace({
    metadata: { name: 'ws' },
    tuning: {
      preset: {
        name: preset.name,
        accessMode: isPrivate ? 'private' : 'public',
        ...(isPrivate && { presetOptions: { image } }),
      },
      method,
      input: { urls: URLS },
      output: { image: 'registry.example/team/adapter:1', imagePushSecret: 'push' },
    },
  })
}

function context(outputDir = '/mnt/results'): TuningContext {
  const text = `training_config:\n  TrainingArguments:\n    output_dir: ${outputDir}\n`
  return { existingNodes: [], trainingConfig: { text, outputDir } }
}

const podOf = (job: Job): PodSpec => job.spec?.template.spec ?? { containers: [] }
const containersOf = (job: Job): Container[] => {
  const { initContainers = [], containers } = podOf(job)
  return [...initContainers, ...containers]
}
const named = (job: Job, name: string) => containersOf(job).find((container) => container.name === name)

const CASES = ['falcon-7b', 'mistral-7b', 'phi-3-mini-4k-instruct'].flatMap((preset) =>
  (['lora', 'qlora'] as const).flatMap((method) =>
    (['urls', 'image'] as const).flatMap((source) =>
      ['public', 'private'].map((access): [name: string, choices: Choices] => {
        const input = source === 'urls' ? { urls: URLS } : { image: 'registry.example/data:1' }
        return [`${preset}-${method}-${source}-${access}`, { preset, method, input, isPrivate: access === 'private' }]
      }),
    ),
  ),
)

describe('rendered as on record', () => {
  test.each(CASES)('%s', async (name, choices) => {
    const ordered = order(choices)
    const objects = [tuningJob(ordered, context()), tuningService(ordered.workspace, ordered.work)]
    const text = objects
      .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n')
    await expect(text).toMatchFileSnapshot(`${GOLDEN}/${name}.yaml`)
  })

  test('nothing else is on record', async () => {
    expect((await readdir(GOLDEN)).sort()).toEqual(CASES.map(([name]) => `${name}.yaml`).sort())
  })
})

test('the order of labels and nodes changes nothing', () => {
  const one = order({ nodes: { labels: { b: '1', a: '2' } } })
  const other = order({ nodes: { labels: { a: '2', b: '1' } } })
  const nodes = (...existingNodes: string[]) => ({ ...context(), existingNodes })
  expect(stringify(tuningJob(one, nodes('n1', 'n2')))).toBe(stringify(tuningJob(other, nodes('n2', 'n1'))))
})

test('only a Pod that was taken away is tried again', () => {
  expect(tuningJob(order(), context()).spec).toMatchObject({
    backoffLimit: 3,
    podReplacementPolicy: 'Failed',
    podFailurePolicy: {
      rules: [
        { action: 'Count', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
      ],
    },
  })
})

test('one step follows the other in one Pod', () => {
  const job = tuningJob(order(), context())
  expect(containersOf(job).map(({ name }) => name)).toEqual(['data-downloader', 'trainer', 'packer', 'pusher'])
  expect(podOf(job).containers.map(({ name }) => name)).toEqual(['pusher'])
  expect(podOf(job)).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false })
  const extracting = tuningJob(order({ input: { image: 'registry.example/data:1' } }), context())
  expect(named(extracting, 'data-extractor')?.command).toEqual(['cp', '-r', '/data/.', '/mnt/data/'])
  expect(named(extracting, 'data-downloader')).toBeUndefined()
})

test('the settings go with the Pod, and their folder to trainer and packer', () => {
  const job = tuningJob(order(), context('/mnt/own/place'))
  expect(job.spec?.template.metadata?.annotations).toEqual({
    'kaito.sh/training-config': 'training_config:\n  TrainingArguments:\n    output_dir: /mnt/own/place\n',
  })
  expect(named(job, 'trainer')?.volumeMounts).toContainEqual({ name: 'results-volume', mountPath: '/mnt/own/place' })
  expect(named(job, 'packer')?.volumeMounts).toContainEqual({
    name: 'results-volume',
    mountPath: '/mnt/own/place',
    readOnly: true,
  })
  expect(named(job, 'packer')?.command).toContain('/mnt/own/place')
})

test('S19: each mount has its volume, and only the pusher sees the credentials', () => {
  const job = tuningJob(order(), context())
  const volumes = podOf(job).volumes?.map(({ name }) => name) ?? []
  const mounts = containersOf(job).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))
  expect([...new Set(mounts)].sort()).toEqual(volumes.toSorted())
  const readers = containersOf(job).filter(({ volumeMounts }) =>
    volumeMounts?.some(({ name }) => name === 'docker-config'),
  )
  expect(readers.map(({ name }) => name)).toEqual(['pusher'])
  expect(named(job, 'pusher')?.env).toEqual([{ name: 'DOCKER_CONFIG', value: '/mnt/docker' }])
})

test.each([{ urls: URLS }, { image: 'registry.example/data:1' }])(
  'all but the trainer are restricted with %j',
  (input) => {
    const others = containersOf(tuningJob(order({ input }), context())).filter(({ name }) => name !== 'trainer')
    for (const { securityContext } of others) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
    }
    expect(others).toHaveLength(3)
  },
)

test('row 10: a training outlasts the silence of a node for as long as a cloud may repair it', () => {
  const { tolerations = [] } = tuningJob(order(), context()).spec?.template.spec ?? {}
  const silence = tolerations.filter(({ effect }) => effect === 'NoExecute')
  expect(silence.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
    ['node.kubernetes.io/not-ready', 3600],
    ['node.kubernetes.io/unreachable', 3600],
  ])
})

test('all GPUs of the node train', () => {
  const trainer = named(tuningJob(order({ nodes: { gpusPerNode: 4 } }), context()), 'trainer')
  expect(trainer?.env).toContainEqual({ name: 'NUM_PROCESSES', value: '4' })
  expect(trainer?.resources?.limits).toEqual({ 'nvidia.com/gpu': '4' })
})

test('addresses inside of networks are opened to the downloader alone', () => {
  const opened = tuningJob(order({ work: { allowedAddresses: '10.0.0.0/8' } }), context())
  const openedTo = containersOf(opened).filter(({ env = [] }) => env.some(({ value }) => value === '10.0.0.0/8'))
  expect(openedTo.map(({ name }) => name)).toEqual(['data-downloader'])
  expect(named(tuningJob(order(), context()), 'data-downloader')).not.toHaveProperty('env')
})

test('secrets to pull with keep their order', () => {
  expect(podOf(tuningJob(order(), context()))).not.toHaveProperty('imagePullSecrets')
  expect(podOf(tuningJob(order({ isPrivate: true }), context())).imagePullSecrets).toEqual([
    { name: 'model-pull' },
    { name: 'data-pull' },
  ])
})

const HOSTILE = ['$(DOCKER_CONFIG)', '$$(id)', "'; touch /x #", '`id`', 'a\nb', '--to=/etc', '"$HOME"', '*']

test.each(HOSTILE)('S14: %j of a user arrives as it is, as a word of its own', (text) => {
  const work = { input: { urls: [text] }, output: { image: text, pushSecret: 'push' } }
  const containers = containersOf(tuningJob(order({ work }), context(text)))
  const arrived = text.replaceAll('$', '$$$$')
  for (const { command = [], env = [] } of containers) {
    const holding = command.filter((word) => word.includes(text) || word.includes(arrived))
    expect(holding.filter((word) => word !== arrived)).toEqual([])
    // With a word for word expansion of Kubernetes: `$$` is a dollar sign, and no `$(NAME)` is left to be replaced.
    expect(holding.filter((word) => /(?<!\$)(?:\$\$)*\$\(/.test(word))).toEqual([])
    expect(env.filter(({ value = '' }) => value.includes(text))).toEqual([])
  }
  expect(containers.map(({ command = [] }) => command.filter((word) => word === arrived).length)).toEqual([1, 0, 1, 1])
})

test('without settings nothing is rendered', () => {
  expect(() => tuningJob(order(), { existingNodes: [] })).toThrow('before its settings are read')
})

test.each([
  [false, 'ClusterIP'],
  [true, 'LoadBalancer'],
])('exposed: %s makes a Service of type %s with the addresses of Pods that train', (isExposed, type) => {
  const { workspace, work } = order({ work: { isExposed } })
  expect(tuningService(workspace, work)).toMatchObject({
    metadata: { name: 'ws', namespace: 'default' },
    spec: { type, publishNotReadyAddresses: true, selector: { 'kaito.sh/workspace': 'ws' } },
  })
})

describe('the hash of an order', () => {
  const hash = (choices: Choices) => tuningJob(order(choices), context()).metadata.annotations?.['kaito.sh/order-hash']
  const before = hash({})

  test('is the one that earlier versions wrote', () => expect(before).toBe('tuning-v1-3b7e27113dca8d6a'))

  test.each<[what: string, choices: Choices]>([
    ['tools', { work: { toolsImage: 'other' } }],
    ['base', { work: { baseImage: 'other' } }],
    ['tag of a public image', { work: { image: 'other' } }],
    ['time to keep the nodes', { work: { ttlSecondsAfterFinished: 5 } }],
  ])('stays with another %s', (_what, choices) => expect(hash(choices)).toBe(before))

  test.each<[what: string, choices: Choices]>([
    ['preset', { preset: 'falcon-7b' }],
    ['method', { method: 'qlora' }],
    ['input', { input: { image: 'registry.example/data:1' } }],
    ['output', { work: { output: { image: 'registry.example/other:1', pushSecret: 'push' } } }],
    ['secret to push with', { work: { output: { image: 'registry.example/team/adapter:1', pushSecret: 'other' } } }],
    ['name of settings', { work: { configName: 'mine' } }],
    ['image of the user', { isPrivate: true }],
    ['size', { nodes: { instanceTypes: ['Standard_NC6s_v3'] } }],
    ['label', { nodes: { labels: { apps: 'other' } } }],
  ])('changes with another %s', (_what, choices) => expect(hash(choices)).not.toBe(before))
})
