import { expect, test } from 'vitest'
import { findPreset, PRESETS } from './catalogue.ts'
import type { Preset } from './preset.ts'
import { type PresetContainer, presetContainer, presetImage } from './preset-container.ts'

function preset(name: string): Preset {
  const found = findPreset(name)
  if (!found) throw new Error(`no preset ${name}`)
  return found
}

function container(name: string): PresetContainer {
  return presetContainer({ name: 'a', preset: preset(name), image: 'i', gpus: 1 })
}

test('a public image is named after its preset', () => {
  expect(presetImage(preset('falcon-40b'), 'mcr.microsoft.com/aks/kaito')).toBe(
    'mcr.microsoft.com/aks/kaito/kaito-falcon-40b:0.0.7',
  )
  expect(presetImage(preset('llama-2-7b'), 'registry')).toBeUndefined()
})

test.each(PRESETS.map((one) => [one.name, one]))('%s starts a server by argv, without a shell', (name, one) => {
  const { command, resources, ports, startupProbe } = presetContainer({
    name: 'a',
    preset: one,
    image: 'i',
    gpus: one.inference.requires.gpus,
  })
  expect(command[0]).toBe(name.startsWith('llama') ? 'torchrun' : 'accelerate')
  expect(command).toContain('inference_api.py')
  expect(command.filter((word) => !/^[\w./:=-]+$/.test(word))).toEqual([])
  expect(resources.limits).toEqual({ 'nvidia.com/gpu': String(one.inference.requires.gpus) })
  expect(ports).toEqual([{ name: 'http', containerPort: 5000 }])
  expect(startupProbe.failureThreshold).toBeGreaterThan(0)
})

test.each<[name: string, modelFlags: string[]]>([
  ['falcon-7b', ['--pipeline=text-generation', '--torch_dtype=bfloat16']],
  ['mistral-7b-instruct', ['--pipeline=text-generation', '--torch_dtype=bfloat16']],
  ['phi-2', ['--pipeline=text-generation', '--torch_dtype=float16']],
  ['phi-3-medium-4k-instruct', ['--pipeline=text-generation', '--torch_dtype=auto', '--trust_remote_code']],
])('%s starts one process with sorted flags', (name, modelFlags) => {
  expect(container(name).command).toEqual([
    'accelerate',
    'launch',
    '--gpu_ids=all',
    '--machine_rank=0',
    '--num_machines=1',
    '--num_processes=1',
    'inference_api.py',
    ...modelFlags,
  ])
  expect(container(name)).not.toHaveProperty('workingDir')
})

test.each([
  ['llama-2-7b', 1],
  ['llama-2-13b-chat', 2],
  ['llama-2-70b', 8],
])('%s on one node starts %i processes, where its code is', (name, processes) => {
  const { command, workingDir } = container(name)
  expect(workingDir).toBe('/workspace/llama/llama-2')
  expect(command).toEqual([
    'torchrun',
    '--master_addr=localhost',
    '--master_port=29500',
    '--max_restarts=3',
    '--nnodes=1',
    '--node_rank=0',
    `--nproc_per_node=${processes}`,
    '--rdzv_backend=c10d',
    '--rdzv_endpoint=localhost:29500',
    '--rdzv_id=job',
    'inference_api.py',
    '--max_batch_size=8',
    '--max_seq_len=512',
  ])
})

test('the server gets all GPUs of its node, and start-up as much time as the preset says', () => {
  const { resources, startupProbe } = presetContainer({ name: 'a', preset: preset('phi-2'), image: 'i', gpus: 4 })
  expect(resources).toEqual({ requests: { 'nvidia.com/gpu': '4' }, limits: { 'nvidia.com/gpu': '4' } })
  const { periodSeconds, failureThreshold } = startupProbe
  expect(periodSeconds * failureThreshold).toBe(30 * 60)
})

test.each([
  ['llama-2-13b', 2, 1],
  ['llama-2-70b-chat', 4, 2],
])('%s on %i nodes starts %i processes on each, which meet on the first node', (name, nodes, processes) => {
  const spread = { nodes, rank: '$(RANK)', leader: 'first.example' }
  const { command } = presetContainer({ name: 'a', preset: preset(name), image: 'i', gpus: processes, spread })
  expect(command.slice(0, command.indexOf('inference_api.py'))).toEqual([
    'torchrun',
    '--master_addr=first.example',
    '--master_port=29500',
    '--max_restarts=3',
    `--nnodes=${nodes}`,
    '--node_rank=$(RANK)',
    `--nproc_per_node=${processes}`,
    '--rdzv_backend=c10d',
    '--rdzv_endpoint=first.example:29500',
    '--rdzv_id=job',
  ])
})

test('a model that is not spread has the flags of one node whatever is asked for', () => {
  const spread = { nodes: 2, rank: '0', leader: 'first.example' }
  const { command } = presetContainer({ name: 'a', preset: preset('llama-2-7b'), image: 'i', gpus: 1, spread })
  expect(command).toEqual(container('llama-2-7b').command)
})

test('start-up has the time that is asked for, if any is', () => {
  const { startupProbe } = presetContainer({
    name: 'a',
    preset: preset('phi-2'),
    image: 'i',
    gpus: 1,
    timeoutMinutes: 7,
  })
  expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(7 * 60)
})
