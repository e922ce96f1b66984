import { expect, test } from 'vitest'
import { findPreset } from './catalogue.ts'
import type { Preset } from './preset.ts'
import { presetContainer, presetImage } from './preset-container.ts'

function preset(name: string): Preset {
  const found = findPreset(name)
  if (!found) throw new Error(`no preset ${name}`)
  return found
}

const phi3 = preset('phi-3-mini-4k-instruct')

test('a public image is named after its preset', () => {
  expect(presetImage(phi3, 'mcr.microsoft.com/aks/kaito')).toBe(
    'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
  )
  expect(presetImage({ ...phi3, image: { access: 'private' } }, 'registry')).toBeUndefined()
})

test('the server is started by argv with sorted flags', () => {
  expect(presetContainer({ name: 'a', preset: phi3, image: 'i', gpus: 1 }).command).toEqual([
    'accelerate',
    'launch',
    '--gpu_ids=all',
    '--machine_rank=0',
    '--num_machines=1',
    '--num_processes=1',
    'inference_api.py',
    '--pipeline=text-generation',
    '--torch_dtype=auto',
    '--trust_remote_code',
  ])
})

test('the server gets all GPUs of its node, and start-up as much time as the preset says', () => {
  const container = presetContainer({ name: 'a', preset: phi3, image: 'i', gpus: 4 })
  expect(container.resources).toEqual({ requests: { 'nvidia.com/gpu': '4' }, limits: { 'nvidia.com/gpu': '4' } })
  const { periodSeconds, failureThreshold } = container.startupProbe
  expect(periodSeconds * failureThreshold).toBe(30 * 60)
})
