import { expect, test } from 'vitest'
import { misfit } from './fit.ts'
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

function answer({ of, nodes = 1, ...requires }: Asked): string | undefined {
  return misfit({ requires, instanceType: size(of), nodes })
}

test.each<[what: string, asked: Asked]>([
  ['a model that just fits', { gpus: 1, totalGpuMemoryGiB: 16, perGpuMemoryGiB: 16, of: 'Standard_NC6s_v3' }],
  [
    'GPUs of several nodes together',
    { gpus: 2, totalGpuMemoryGiB: 30, perGpuMemoryGiB: 15, of: 'Standard_NC6s_v3', nodes: 2 },
  ],
])('accepts %s', (_what, asked) => expect(answer(asked)).toBeUndefined())

test.each<[what: string, asked: Asked, message: string]>([
  [
    'too few GPUs',
    { gpus: 8, totalGpuMemoryGiB: 152, perGpuMemoryGiB: 19, of: 'Standard_NC24ads_A100_v4' },
    'the model needs 8 GPUs, 1 x Standard_NC24ads_A100_v4 have 1 x 1 = 1; sizes that fit: Standard_ND40rs_v2, Standard_ND96asr_v4, Standard_ND96amsr_A100_v4, Standard_ND96isr_H100_v5, Standard_ND96isr_H200_v5',
  ],
  [
    'too little memory in all',
    { gpus: 1, totalGpuMemoryGiB: 600, perGpuMemoryGiB: 0, of: 'Standard_NC64as_T4_v3' },
    'the model needs 600 GiB of GPU memory, 1 x Standard_NC64as_T4_v3 have 1 x 4 x 16 = 64 GiB; sizes that fit: Standard_ND96amsr_A100_v4, Standard_ND96isr_H100_v5, Standard_ND96isr_H200_v5',
  ],
  [
    'too little memory on each GPU',
    { gpus: 1, totalGpuMemoryGiB: 90, perGpuMemoryGiB: 90, of: 'Standard_ND96asr_v4' },
    'the model needs 90 GiB of memory on each GPU, those of Standard_ND96asr_v4 have 40 GiB; sizes that fit: Standard_NC40ads_H100_v5, Standard_NCC40ads_H100_v5, Standard_NC80adis_H100_v5, Standard_ND96isr_H200_v5',
  ],
  [
    'more than anything has',
    { gpus: 1, totalGpuMemoryGiB: 5000, perGpuMemoryGiB: 0, of: 'Standard_NC6s_v3' },
    'the model needs 5000 GiB of GPU memory, 1 x Standard_NC6s_v3 have 1 x 1 x 16 = 16 GiB; no known size fits',
  ],
])('explains %s', (_what, asked, message) => expect(answer(asked)).toBe(message))
