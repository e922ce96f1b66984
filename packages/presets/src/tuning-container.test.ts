import { expect, test } from 'vitest'
import { findPreset, tunablePresetNames } from './catalogue.ts'
import type { Preset } from './preset.ts'
import { type TuningContainer, tuningContainer } from './tuning-container.ts'

function container(name: string, gpus = 1): TuningContainer {
  const preset: Preset | undefined = findPreset(name)
  if (!preset) throw new Error(`no preset ${name}`)
  return tuningContainer({ preset, image: 'registry.example/$(id)', gpus })
}

test('the presets that can be tuned are those of KAITO', () => {
  expect(tunablePresetNames()).toEqual([
    'falcon-40b',
    'falcon-7b',
    'mistral-7b',
    'phi-2',
    'phi-3-medium-128k-instruct',
    'phi-3-medium-4k-instruct',
    'phi-3-mini-128k-instruct',
    'phi-3-mini-4k-instruct',
  ])
})

test.each(tunablePresetNames())('%s starts by a text that is the same for all', (name) => {
  const { command, image } = container(name, 2)
  const start = 'python3 metrics_server.py & exec accelerate launch --num_processes="$NUM_PROCESSES" fine_tuning.py'
  expect(command).toEqual(['/bin/sh', '-c', start])
  expect(image).toBe('registry.example/$(id)')
})

test.each([1, 4, 8])('%i GPUs train in as many processes', (gpus) => {
  const { env, resources } = container('falcon-7b', gpus)
  expect(env).toContainEqual({ name: 'NUM_PROCESSES', value: String(gpus) })
  expect(resources).toEqual({ requests: { 'nvidia.com/gpu': `${gpus}` }, limits: { 'nvidia.com/gpu': `${gpus}` } })
})

test.each(tunablePresetNames())('the modules to adapt are named for %s where it is of the family Phi-3', (name) => {
  const modules = container(name).env.find((variable) => variable.name === 'DEFAULT_TARGET_MODULES')?.value
  expect(modules).toBe(name.startsWith('phi-3') ? 'k_proj,q_proj,v_proj,o_proj,gate_proj,down_proj,up_proj' : undefined)
})

test('the trainer gains no right and tells its end', () => {
  expect(container('phi-2')).toMatchObject({
    name: 'trainer',
    ports: [{ name: 'http', containerPort: 5000 }],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  })
})
