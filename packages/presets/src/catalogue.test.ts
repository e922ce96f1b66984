import { expect, test } from 'vitest'
import { findPreset, PRESETS, presetNames, tunablePresetNames } from './catalogue.ts'
import { presetSchema } from './preset.ts'

const LLAMA_70B = findPreset('llama-2-70b')

test.each(PRESETS.map((preset) => [preset.name, preset]))('%s follows the schema', (_name, preset) => {
  expect(() => presetSchema.parse(preset)).not.toThrow()
})

test.each([
  ['an unknown field', { gpu: 1 }],
  ['a public preset without an image tag', { image: { access: 'public' } }],
  ['no licence', { licence: undefined }],
  ['memory in parts of a GiB', { diskGiB: 0.5 }],
  ['a flag that is more than a name', { inference: { ...LLAMA_70B?.inference, modelFlags: { 'a;b': '1' } } }],
  ['more processes than GPUs', { inference: { ...LLAMA_70B?.inference, distributed: { worldSize: 16 } } }],
  ['a single process to spread', { inference: { ...LLAMA_70B?.inference, distributed: { worldSize: 1 } } }],
  ['a working directory that depends on the image', { inference: { ...LLAMA_70B?.inference, workingDir: 'llama' } }],
])('%s is refused', (_what, change) => {
  expect(presetSchema.safeParse(LLAMA_70B).success).toBe(true)
  expect(presetSchema.safeParse({ ...LLAMA_70B, ...change }).success).toBe(false)
})

test('names are unique, and sorted where they are listed', () => {
  expect(new Set(presetNames()).size).toBe(PRESETS.length)
  expect(presetNames()).toEqual(PRESETS.map(({ name }) => name).sort())
})

test('every preset of KAITO 0.3.2 is there', () => {
  expect(presetNames()).toEqual([
    'falcon-40b',
    'falcon-40b-instruct',
    'falcon-7b',
    'falcon-7b-instruct',
    'llama-2-13b',
    'llama-2-13b-chat',
    'llama-2-70b',
    'llama-2-70b-chat',
    'llama-2-7b',
    'llama-2-7b-chat',
    'mistral-7b',
    'mistral-7b-instruct',
    'phi-2',
    'phi-3-medium-128k-instruct',
    'phi-3-medium-4k-instruct',
    'phi-3-mini-128k-instruct',
    'phi-3-mini-4k-instruct',
  ])
})

test('what is instructed already is not tuned, phi-3 excepted', () => {
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

test('tuning pulls the image of inference, so it needs no smaller disk', () => {
  const wrong = PRESETS.filter(({ tuning, diskGiB }) => tuning && tuning.diskGiB < diskGiB)
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('presets are found by exact name', () => {
  expect(findPreset('phi-3-mini-128k-instruct')?.diskGiB).toBe(50)
  expect(findPreset('phi-3-mini')).toBeUndefined()
  expect(findPreset('constructor')).toBeUndefined()
})
