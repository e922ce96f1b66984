import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Container } from '../../objects/pod.ts'
import { PORT_MAP } from '../../simulation-annotations.ts'
import { podsPerTest } from '../testing/played-pods.ts'
import type { ProgramContext } from './program.ts'

const start = podsPerTest()
const CONFIG = 'training_config:\n  LoraConfig: { r: 16 }\n  TrainingArguments: { output_dir: /mnt/results }\n'
const SCRIPT = 'python3 metrics_server.py & exec accelerate launch --num_processes="$NUM_PROCESSES" fine_tuning.py'

let results: Record<string, Buffer>
beforeEach(() => {
  results = {}
})

/** Takes what the trainer has left for the containers after it. */
async function take({ path }: ProgramContext): Promise<number> {
  for (const name of ['adapter_config.json', 'adapter_model.safetensors', 'fine_tuning_completed.txt']) {
    results[name] = await readFile(join(path('/mnt/results') ?? '', name))
  }
  return 0
}

interface Differences {
  config?: string
  /** Name and content of the data file. */
  data?: [name: string, content: string]
  trainer?: Partial<Container>
}

function tuning({ config = CONFIG, data = ['a.jsonl', '{}'], trainer = {} }: Differences = {}) {
  const mount = (name: string, mountPath: string) => ({ name, mountPath })
  const fieldRef = { fieldPath: "metadata.annotations['kaito.sh/training-config']" }
  return {
    annotations: { 'kaito.sh/training-config': config },
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'results', emptyDir: {} },
      { name: 'config', downwardAPI: { items: [{ path: 'training_config.yaml', fieldRef }] } },
    ],
    initContainers: [
      { name: 'data', image: 'x', command: ['put', ...data], volumeMounts: [mount('data', '/mnt/data')] },
      {
        name: 'trainer',
        image: 'registry/kaito-phi-2:1',
        command: ['/bin/sh', '-c', SCRIPT],
        env: [{ name: 'NUM_PROCESSES', value: '2' }],
        ports: [{ containerPort: 5000 }],
        resources: { limits: { 'nvidia.com/gpu': '2' } },
        terminationMessagePolicy: 'FallbackToLogsOnError',
        volumeMounts: [mount('data', '/mnt/data'), mount('results', '/mnt/results'), mount('config', '/mnt/config')],
        ...trainer,
      },
    ],
    containers: [{ name: 'main', image: 'x', command: ['take'], volumeMounts: [mount('results', '/mnt/results')] }],
  }
}

/** Plays the containers around the trainer. */
const chooseProgram = ({ command = [] }: Container) => {
  if (command[0] === 'take') return take
  return command[0] === 'put' ? put : undefined
}

async function put({ command: [, name = '', content = ''], path }: ProgramContext): Promise<number> {
  await writeFile(join(path('/mnt/data') ?? '', name), content)
  return 0
}

test('leaves a valid adapter that says that it is none', async () => {
  const pods = await start({ simulation: { chooseProgram } })
  expect((await pods.run('tuning', tuning())).exitCode).toBe(0)
  expect(JSON.parse(String(results['adapter_config.json']))).toMatchObject({
    peft_type: 'LORA',
    base_model_name_or_path: 'phi-2',
    r: 16,
  })
  const tensors = results['adapter_model.safetensors'] ?? Buffer.alloc(8)
  const length = Number(tensors.readBigUInt64LE())
  const { __metadata__: _metadata, ...described } = JSON.parse(tensors.subarray(8, 8 + length).toString())
  expect(Object.values(described)).toEqual([
    { dtype: 'F32', shape: [1, 1], data_offsets: [0, tensors.length - 8 - length] },
  ])
  expect(await pods.log('tuning', 'trainer')).toContain('nothing was trained')
})

test('shows its GPUs on the declared port while it trains', async () => {
  const pods = await start({ kubelet: { trainMs: 60_000 }, simulation: { chooseProgram } })
  await pods.create('tuning', tuning())
  const { metadata } = await pods.until(
    'tuning',
    (pod) => pod.metadata.annotations?.[PORT_MAP]?.includes('5000') ?? false,
  )
  const port = JSON.parse(metadata.annotations?.[PORT_MAP] ?? '{}')[5000]
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(Object(await answer.json()).gpu_info).toHaveLength(2)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
})

test.each<[what: string, differences: Differences, named: string]>([
  ['GPUs', { trainer: { resources: {} } }, 'nvidia.com/gpu'],
  ['NUM_PROCESSES', { trainer: { env: [] } }, 'NUM_PROCESSES is not set'],
  ['as many processes as GPUs', { trainer: { env: [{ name: 'NUM_PROCESSES', value: '1' }] } }, 'has 2 GPUs'],
  [
    'a configuration',
    {
      trainer: {
        env: [
          { name: 'NUM_PROCESSES', value: '2' },
          { name: 'YAML_FILE_PATH', value: '/x' },
        ],
      },
    },
    'no configuration at /x',
  ],
  ['a configuration that is YAML', { config: 'a: [' }, 'no YAML'],
  ['training_config', { config: 'other: {}' }, 'no training_config'],
  ['output_dir', { config: 'training_config: {}' }, 'output_dir'],
  ['a mount at output_dir', { config: CONFIG.replace('results', 'nowhere') }, '/mnt/nowhere'],
  ['data', { data: ['.hidden', 'x'] }, 'no data file'],
  ['data that is not empty', { data: ['a.csv', ''] }, 'no data file'],
  ['data in a known format', { data: ['a.txt', 'x'] }, 'no data file'],
])('fails in one loud line without %s', async (_what, differences, named) => {
  const pods = await start({ simulation: { chooseProgram } })
  const end = await pods.run('tuning', tuning(differences))
  expect(end.exitCode).toBe(1)
  const [, line = ''] = end.message?.trim().split('\n') ?? []
  expect(line).toMatch(/^error: the tuning cannot start: /)
  expect(line).toContain(named)
})
