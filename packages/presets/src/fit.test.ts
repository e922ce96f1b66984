import { expect, test } from 'vitest'
import { shortageOf, sizesThatFit } from './fit.ts'
import { findInstanceType } from './instance-types.ts'
import type { GpuRequirement } from './preset.ts'

function size(name: string) {
  const found = findInstanceType(name)
  if (!found) throw new Error(`no size ${name}`)
  return found
}

interface Asked extends GpuRequirement {
  of: string
  nodes?: number
}

function shortage({ of, nodes = 1, ...requires }: Asked): string | undefined {
  return shortageOf({ subject: 'the model', requires, nodes }, size(of))
}

test.each<[what: string, asked: Asked]>([
  ['a model that just fits', { gpus: 1, totalGpuMemoryGiB: 16, perGpuMemoryGiB: 16, of: 'Standard_NC6s_v3' }],
  [
    'GPUs of several nodes together',
    { gpus: 2, totalGpuMemoryGiB: 30, perGpuMemoryGiB: 15, of: 'Standard_NC6s_v3', nodes: 2 },
  ],
  ['nothing asked for', { gpus: 0, totalGpuMemoryGiB: 0, perGpuMemoryGiB: 0, of: 'Standard_NV6ads_A10_v5' }],
])('has room for %s', (_what, asked) => expect(shortage(asked)).toBeUndefined())

test.each<[what: string, asked: Asked, message: string]>([
  [
    'too few GPUs',
    { gpus: 8, totalGpuMemoryGiB: 152, perGpuMemoryGiB: 19, of: 'Standard_NC24ads_A100_v4', nodes: 2 },
    'the model needs 8 GPUs, 2 x Standard_NC24ads_A100_v4 have 2 x 1 = 2',
  ],
  [
    'too little memory in all',
    { gpus: 1, totalGpuMemoryGiB: 600, perGpuMemoryGiB: 0, of: 'Standard_NC64as_T4_v3' },
    'the model needs 600 GiB of GPU memory, 1 x Standard_NC64as_T4_v3 have 1 x 4 x 16 = 64 GiB',
  ],
  [
    'too little memory on each GPU, however many nodes',
    { gpus: 1, totalGpuMemoryGiB: 90, perGpuMemoryGiB: 90, of: 'Standard_ND96asr_v4', nodes: 8 },
    'the model needs 90 GiB of memory on each GPU, those of Standard_ND96asr_v4 have 40 GiB',
  ],
])('explains %s', (_what, asked, message) => expect(shortage(asked)).toBe(message))

test.each<[what: string, requires: GpuRequirement, cloud: 'azure' | 'aws', sentence: string]>([
  [
    'no retired, AMD or Arm size',
    { gpus: 8, totalGpuMemoryGiB: 152, perGpuMemoryGiB: 19 },
    'azure',
    'sizes that fit: Standard_ND40rs_v2, Standard_ND96asr_v4, Standard_ND96amsr_A100_v4, Standard_ND96isr_H100_v5, Standard_ND96isr_H200_v5',
  ],
  [
    'the five smallest',
    { gpus: 1, totalGpuMemoryGiB: 9, perGpuMemoryGiB: 0 },
    'azure',
    'sizes that fit: Standard_NV18ads_A10_v5, Standard_NC4as_T4_v3, Standard_NC8as_T4_v3, Standard_NC16as_T4_v3, Standard_NV36adms_A10_v5 and 14 larger',
  ],
  [
    'only sizes of the same cloud',
    { gpus: 4, totalGpuMemoryGiB: 600, perGpuMemoryGiB: 0 },
    'aws',
    'sizes that fit: p4de.24xlarge, p5.48xlarge, p5e.48xlarge, p5en.48xlarge',
  ],
  ['none', { gpus: 1, totalGpuMemoryGiB: 5000, perGpuMemoryGiB: 0 }, 'azure', 'no known size fits'],
])('names %s', (_what, requires, cloud, sentence) =>
  expect(sizesThatFit({ subject: 'the model', requires, nodes: 1 }, cloud)).toBe(sentence),
)

test('names sizes that fit on so many nodes', () => {
  const requires = { gpus: 8, totalGpuMemoryGiB: 192, perGpuMemoryGiB: 19 }
  expect(sizesThatFit({ subject: 'the model', requires, nodes: 8 }, 'azure')).toBe(
    'sizes that fit: Standard_NV36adms_A10_v5, Standard_NV36ads_A10_v5, Standard_NV72ads_A10_v5, Standard_NC24ads_A100_v4, Standard_NC40ads_H100_v5 and 9 larger',
  )
})
