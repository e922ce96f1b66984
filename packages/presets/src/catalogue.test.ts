import { expect, test } from 'vitest'
import { catalogueConfigMap, findPreset, PRESETS, presetNames } from './catalogue.ts'
import { findInstanceType, INSTANCE_TYPES } from './instance-types.ts'
import { presetSchema } from './preset.ts'

const LLAMA_70B = {
  name: 'llama-2-70b-chat',
  image: { access: 'private' },
  diskGiB: 158,
  readinessTimeoutMinutes: 30,
  inference: {
    requires: { gpus: 8, totalGpuMemoryGiB: 192, perGpuMemoryGiB: 19 },
    launcher: ['torchrun'],
    workingDir: '/workspace/llama/llama-2',
    launcherFlags: { max_restarts: '3' },
    program: 'inference_api.py',
    modelFlags: { max_seq_len: '512', max_batch_size: '8' },
    distributed: { worldSize: 8 },
  },
}

test.each(PRESETS.map((preset) => [preset.name, preset]))('%s follows the schema', (_name, preset) => {
  expect(() => presetSchema.parse(preset)).not.toThrow()
})

test('a private, distributed preset without tuning fits the schema', () => {
  expect(presetSchema.safeParse(LLAMA_70B).success).toBe(true)
})

test.each([
  ['an unknown field', { ...LLAMA_70B, gpu: 1 }],
  ['a public preset without an image tag', { ...LLAMA_70B, image: { access: 'public' } }],
  [
    'a flag that is more than a name',
    { ...LLAMA_70B, inference: { ...LLAMA_70B.inference, modelFlags: { 'a;b': '1' } } },
  ],
])('%s is refused', (_what, preset) => expect(presetSchema.safeParse(preset).success).toBe(false))

test('names are unique', () => {
  expect(new Set(presetNames()).size).toBe(PRESETS.length)
  expect(new Set(INSTANCE_TYPES.map(({ name }) => name.toLowerCase())).size).toBe(INSTANCE_TYPES.length)
})

test('every size has GPUs', () => {
  expect(INSTANCE_TYPES.filter(({ gpus }) => gpus < 1)).toEqual([])
})

test('presets are found by exact name', () => {
  expect(findPreset('phi-3-mini-128k-instruct')?.diskGiB).toBe(50)
  expect(findPreset('phi-3-mini')).toBeUndefined()
  expect(findPreset('constructor')).toBeUndefined()
})

test('sizes are found without regard to case', () => {
  expect(findInstanceType('standard_nc6S_V3')?.name).toBe('Standard_NC6s_v3')
  expect(findInstanceType('Standard_D4s_v5')).toBeUndefined()
})

test.each(INSTANCE_TYPES.flatMap((type) => (type.retired ? [[type.name, type] as const] : [])))(
  '%s has a successor that is offered and not weaker',
  (_name, type) => {
    const successor = findInstanceType(type.retired?.successor ?? '')
    expect(successor?.retired).toBeUndefined()
    expect(successor?.memoryPerGpuGiB).toBeGreaterThanOrEqual(type.memoryPerGpuGiB)
  },
)

test('the admission data lists sorted names, one per line', () => {
  const { presets, instanceTypes } = catalogueConfigMap()
  expect(presets).toBe('phi-3-mini-128k-instruct\nphi-3-mini-4k-instruct')
  const sizes = instanceTypes.split('\n')
  expect(sizes).toHaveLength(INSTANCE_TYPES.length)
  expect(sizes).toEqual([...sizes].sort())
})
