import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type LocalCluster, PORT_MAP, startLocalCluster } from '@kaito/local-cluster'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { craneFolder } from './crane-folder.ts'
import { startRegistry, type TestRegistry } from './registry.ts'
import { type RegistryImages, registryImages } from './registry-images.ts'

const TOOLS = fileURLToPath(new URL('../../../packages/tuning-tools/src/main.ts', import.meta.url))
const CONFIG = 'training_config:\n  TrainingArguments:\n    output_dir: /mnt/results\n'
const GPUS = { limits: { 'nvidia.com/gpu': '1' } }
const credentials = { username: 'ada', password: 'secret' }
const v1 = (plural: string, kind: string) => ({ group: '', version: 'v1', plural, kind, namespaced: kind !== 'Node' })

const stateSchema = z.looseObject({
  name: z.string(),
  ready: z.boolean(),
  state: z.looseObject({
    terminated: z.looseObject({ exitCode: z.number(), message: z.string().optional() }).optional(),
  }),
})
const podSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.looseObject({
    phase: z.string().optional(),
    initContainerStatuses: z.array(stateSchema).default([]),
    containerStatuses: z.array(stateSchema).default([]),
  }),
})

let cluster: LocalCluster
let registry: TestRegistry
let images: RegistryImages
let crane: string

beforeAll(async () => {
  registry = await startRegistry({ credentials })
  images = registryImages([registry.host])
  crane = await craneFolder()
  cluster = await startLocalCluster({
    kubelet: { pullMs: 1, loadMs: 1, trainMs: 1, probeFactor: 0.01 },
    simulation: { images, toolsEntry: TOOLS, toolsPath: crane },
  })
  await cluster.access.create(v1('nodes', 'Node'), {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'machine', annotations: { 'simulation.kaito.sh/node': 'true' } },
  })
})

afterAll(async () => {
  await cluster.stop()
  await registry.stop()
  await images.remove()
  await rm(crane, { recursive: true })
})

async function secret(name: string, password = credentials.password): Promise<void> {
  const config = { auths: { [registry.host]: { ...credentials, password } } }
  await cluster.access.create(v1('secrets', 'Secret'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  })
}

async function createPod(name: string, spec: object): Promise<void> {
  await cluster.access.create(v1('pods', 'Pod'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: { 'kaito.sh/training-config': CONFIG } },
    spec: { nodeName: 'machine', restartPolicy: 'Never', imagePullSecrets: [{ name: 'push' }], ...spec },
  })
}

/** Waits for the pod; rejects when one of its containers has failed. */
function podOnce(name: string, isWanted: (pod: z.infer<typeof podSchema>) => boolean) {
  return until(`pod ${name} is as wanted`, async () => {
    const pod = podSchema.parse(await cluster.access.get(v1('pods', 'Pod'), { name, namespace: 'default' }))
    const all = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses]
    const failed = all.find(({ state }) => (state.terminated?.exitCode ?? 0) !== 0)
    if (failed !== undefined) throw new Error(`${failed.name} failed: ${JSON.stringify(failed.state)}`)
    return isWanted(pod) ? pod : undefined
  })
}

const mount = (name: string, mountPath: string) => ({ name, mountPath })
const tools = (name: string, command: string[], volumeMounts: object[], env: object[] = []) => ({
  name,
  image: 'kaito/tuning-tools:1',
  command: ['node', '/app/tuning-tools.mjs', ...command],
  volumeMounts: [...volumeMounts, mount('tools-tmp', '/tmp')],
  env,
  terminationMessagePolicy: 'FallbackToLogsOnError',
})

interface TuningParts {
  /** The container that brings the data. */
  data: object
  /** Where the adapter goes. */
  image: string
}

function tuningPod({ data, image }: TuningParts) {
  const fieldRef = { fieldPath: "metadata.annotations['kaito.sh/training-config']" }
  const dockerConfig = { secretName: 'push', items: [{ key: '.dockerconfigjson', path: 'config.json' }] }
  const layer = mount('layer-volume', '/mnt/layer')
  return {
    volumes: [
      ...['data-volume', 'results-volume', 'layer-volume', 'tools-tmp', 'dshm'].map((name) => ({ name, emptyDir: {} })),
      { name: 'config-volume', downwardAPI: { items: [{ path: 'training_config.yaml', fieldRef }] } },
      { name: 'docker-config', secret: dockerConfig },
    ],
    initContainers: [
      data,
      {
        name: 'trainer',
        image: 'mcr.microsoft.com/aks/kaito/kaito-phi-2:1',
        command: [
          '/bin/sh',
          '-c',
          'python3 metrics_server.py & exec accelerate launch --num_processes="$NUM_PROCESSES" fine_tuning.py',
        ],
        env: [{ name: 'NUM_PROCESSES', value: '1' }],
        resources: GPUS,
        volumeMounts: [
          mount('data-volume', '/mnt/data'),
          mount('results-volume', '/mnt/results'),
          mount('config-volume', '/mnt/config'),
        ],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
      tools(
        'packer',
        ['pack', '--from', '/mnt/results', '--to', '/mnt/layer/adapter.tar'],
        [{ ...mount('results-volume', '/mnt/results'), readOnly: true }, layer],
      ),
    ],
    containers: [
      tools(
        'pusher',
        ['push', '--layer', '/mnt/layer/adapter.tar', '--base', 'mcr.microsoft.com/base:1', '--image', image],
        [layer, { ...mount('docker-config', '/mnt/docker'), readOnly: true }],
        [{ name: 'DOCKER_CONFIG', value: '/mnt/docker' }],
      ),
    ],
  }
}

const hasSucceeded = ({ status }: z.infer<typeof podSchema>) => status.phase === 'Succeeded'

test('an adapter goes from data in an image through training and the registry into a model', async () => {
  await secret('push')
  const data = {
    name: 'data-extractor',
    image: registry.put('data', { 'data/train.jsonl': '{"text":"x"}\n' }),
    command: ['cp', '-r', '/data/.', '/mnt/data/'],
    volumeMounts: [mount('data-volume', '/mnt/data')],
  }
  const image = `${registry.host}/tuned/phi:1`
  await createPod('tuning', tuningPod({ data, image }))
  await podOnce('tuning', hasSucceeded)
  const pushed = [...registry.files('tuned/phi', '1').keys()]
  expect(pushed).toEqual(expect.arrayContaining(['data/adapter_config.json', 'data/adapter_model.safetensors']))
  const adapter = mount('adapter-volume', '/mnt/adapter/mine')
  await createPod('chat', {
    volumes: [{ name: 'adapter-volume', emptyDir: {} }],
    initContainers: [
      {
        name: 'adapter-0-mine',
        image,
        command: ['cp', '-r', '/data/.', '/mnt/adapter/mine'],
        volumeMounts: [{ ...adapter, subPath: 'mine' }],
      },
    ],
    containers: [
      {
        name: 'model',
        image: 'mcr.microsoft.com/aks/kaito/kaito-phi-2:1',
        command: ['accelerate', 'launch', 'inference_api.py'],
        ports: [{ containerPort: 5000 }],
        resources: GPUS,
        env: [{ name: 'mine', value: '0.5' }],
        volumeMounts: [mount('adapter-volume', '/mnt/adapter')],
        readinessProbe: { httpGet: { path: '/healthz', port: 5000 }, periodSeconds: 1 },
      },
    ],
  })
  const { metadata } = await podOnce('chat', ({ status }) => status.containerStatuses[0]?.ready ?? false)
  const port = Object(JSON.parse(metadata.annotations[PORT_MAP] ?? '{}'))[5000]
  const body = JSON.stringify({ prompt: 'Why?' })
  const answer = await fetch(`http://127.0.0.1:${port}/chat`, { method: 'POST', body })
  expect(Object(await answer.json()).Result).toContain('with adapters mine (0.5)')
})

test('data come from a server that the downloader may reach', async () => {
  const server = createServer((_request, response) => response.end('{"text":"x"}\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/train.jsonl?key=hidden`
  const volumes = [mount('data-volume', '/mnt/data')]
  const env = [{ name: 'ALLOW_ADDRESSES', value: '127.0.0.0/8' }]
  const data = tools('data-downloader', ['download', '--to', '/mnt/data', '--', url], volumes, env)
  await createPod('downloading', tuningPod({ data, image: `${registry.host}/tuned/other:1` }))
  await podOnce('downloading', hasSucceeded)
  server.close()
  expect(registry.files('tuned/other', '1').size).toBeGreaterThan(2)
})
