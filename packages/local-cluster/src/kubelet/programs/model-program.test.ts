import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PODS, SERVICES, STATEFUL_SETS } from '../../objects/kinds.ts'
import { type Container, isReady, type PodSpec } from '../../objects/pod.ts'
import { PORT_MAP } from '../../simulation-annotations.ts'
import { eventually } from '../../testing/eventually.ts'
import type { PlayedPods } from '../testing/played-pods.ts'
import { podsPerTest } from '../testing/played-pods.ts'

const start = podsPerTest()
const LABELS = { 'kaito.sh/workspace': 'chat' }
const HOST = 'chat-0.chat-headless.default.svc.cluster.local'
const shm = { name: 'dshm', mountPath: '/dev/shm' }
let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'adapter-'))
  await mkdir(join(root, 'data'))
  for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
    await writeFile(join(root, 'data', file), '{}')
  await mkdir(join(root, 'bin'))
  await writeFile(join(root, 'bin', 'cp'), '')
})
afterAll(() => rm(root, { recursive: true }))

/** Adapter images have content, model images none. */
const images = { pull: async (image: string) => ({ root: image.startsWith('adapter') ? root : undefined }) }

function model(more: Partial<Container> = {}): Container {
  return {
    name: 'main',
    image: 'registry/kaito-phi-2:1',
    command: ['accelerate', 'launch', 'inference_api.py'],
    ports: [{ containerPort: 5000 }],
    resources: { limits: { 'nvidia.com/gpu': '1' } },
    readinessProbe: { httpGet: { path: '/healthz', port: 5000 }, periodSeconds: 1 },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...more,
  }
}

async function ask(pods: PlayedPods, name: string): Promise<string> {
  const { metadata } = await pods.until(name, isReady)
  const port = JSON.parse(metadata.annotations?.[PORT_MAP] ?? '{}')[5000]
  const body = JSON.stringify({ prompt: 'Why?' })
  const answer = await fetch(`http://127.0.0.1:${port}/chat`, { method: 'POST', body })
  return Object(await answer.json()).Result
}

const strengths = [
  { name: 'a.b', value: '0.5' },
  { name: 'c', value: '1.0' },
]
const WITH_ADAPTERS = 'with adapters a.b (0.5), c (1.0)'

test('serves with the adapters that init containers have copied', async () => {
  const pods = await start({ simulation: { images } })
  const copy = (name: string, position: number): Container => ({
    name: `adapter-${position}-${name.replace('.', '-')}`,
    image: 'adapter:1',
    command: ['cp', '-r', '/data/.', `/mnt/adapter/${name}`],
    volumeMounts: [{ name: 'adapter-volume', mountPath: `/mnt/adapter/${name}`, subPath: name }],
  })
  await pods.create('chat', {
    volumes: [{ name: 'adapter-volume', emptyDir: {} }],
    initContainers: ['a.b', 'c'].map(copy),
    containers: [model({ env: strengths, volumeMounts: [{ name: 'adapter-volume', mountPath: '/mnt/adapter' }] })],
  })
  expect(await ask(pods, 'chat')).toContain(WITH_ADAPTERS)
})

test('serves with adapters that are image volumes', async () => {
  const pods = await start({ simulation: { images } })
  const names = ['a.b', 'c']
  await pods.create('chat', {
    volumes: names.map((_name, position) => ({ name: `adapter-${position}`, image: { reference: 'adapter:1' } })),
    containers: [
      model({
        env: strengths,
        volumeMounts: names.map((name, position) => ({
          name: `adapter-${position}`,
          mountPath: `/mnt/adapter/${name}`,
          subPath: 'data',
          readOnly: true,
        })),
      }),
    ],
  })
  expect(await ask(pods, 'chat')).toContain(WITH_ADAPTERS)
})

test('does not serve with an adapter that is not whole', async () => {
  const pods = await start({ simulation: { images } })
  const end = await pods.run('chat', {
    volumes: [{ name: 'adapter-0', image: { reference: 'empty:1' } }],
    containers: [model({ volumeMounts: [{ name: 'adapter-0', mountPath: '/mnt/adapter/a', subPath: 'data' }] })],
  })
  expect(end.exitCode).toBe(1)
  expect(end.message).toContain('adapter a has no adapter_config.json')
})

test.each([
  ['by its words', ['python', 'serve.py']],
  ['by a launcher of models', ['accelerate', 'launch', 'serve.py']],
  ['by a script', ['sh', '-c', 'cd /app && exec python serve.py']],
])("serves for a user's own server on the port of models that is started %s", async (_how, command) => {
  const pods = await start()
  const own = { image: 'mine/server:1', command, resources: {} }
  await pods.create('own', { labels: LABELS, containers: [model(own)] })
  await pods.until('own', isReady)
})

/** A model on two machines, whose pods find each other through the headless Service. */
async function startSet(pods: PlayedPods, { service = 'chat-headless', container = {} } = {}): Promise<void> {
  await pods.access.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace: 'default' },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: LABELS,
      ports: [{ name: 'torchrun', port: 29500 }],
    },
  })
  const flags = ['--nnodes=2', '--nproc_per_node=1', '--node_rank=$(POD_INDEX)', `--master_addr=${HOST}`]
  const spec: PodSpec & { nodeName: string } = {
    nodeName: 'machine',
    terminationGracePeriodSeconds: 1,
    volumes: [{ name: 'dshm', emptyDir: { medium: 'Memory' } }],
    containers: [
      model({
        image: 'private/kaito-llama-2-13b:1',
        command: ['torchrun', ...flags, `--rdzv_endpoint=${HOST}:29500`, 'inference_api.py'],
        env: [
          {
            name: 'POD_INDEX',
            valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
          },
        ],
        volumeMounts: [shm],
        ...container,
      }),
    ],
  }
  await pods.access.create(STATEFUL_SETS, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'chat', namespace: 'default' },
    spec: {
      replicas: 2,
      serviceName: 'chat-headless',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec },
    },
  })
}

test('serves from several machines once all have met at the first, and again after one was lost', async () => {
  const pods = await start()
  await startSet(pods)
  expect(await ask(pods, 'chat-0')).toContain('llama-2-13b')
  await pods.until('chat-1', isReady)
  expect(await pods.log('chat-0')).toContain(`2 of 2 machines have met at ${HOST}`)
  const before = (await pods.until('chat-1', isReady)).metadata.uid
  await pods.access.delete(PODS, { name: 'chat-1', namespace: 'default' })
  await expect.poll(() => pods.log('chat-0'), { timeout: 5000 }).toContain(`1 of 2 machines have met`)
  await pods.until('chat-1', (pod) => pod.metadata.uid !== before && isReady(pod))
  expect(await ask(pods, 'chat-0')).toContain('Why?')
})

test.each<[what: string, set: Parameters<typeof startSet>[1], named: string]>([
  ['its headless Service', { service: 'other' }, 'cannot be resolved'],
  ['shared memory', { container: { volumeMounts: [] } }, '/dev/shm'],
  ['its own rank', { container: { env: [{ name: 'POD_INDEX', value: '7' }] } }, '--node_rank is "7"'],
])('fails on each machine without %s', async (_what, set, named) => {
  const pods = await start({ kubelet: { meetMs: 50 } })
  await startSet(pods, set)
  const messages = (all: Parameters<typeof isReady>[0][]) =>
    all.map(({ status }) => status?.containerStatuses?.[0]?.lastState.terminated?.message ?? '')
  const failed = await eventually(pods.access, PODS, (all) =>
    ['chat-0', 'chat-1'].every((name) =>
      messages(all.filter(({ metadata }) => metadata.name === name)).some((message) => message.includes(named)),
    ),
  )
  expect(messages(failed).join()).toContain('error: ')
})
