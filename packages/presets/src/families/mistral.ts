import type { Preset } from '../preset.ts'
import { textGeneration } from './text-generation.ts'

function preset(name: string, totalGpuMemoryGiB: number): Preset {
  return {
    name,
    family: 'Mistral',
    licence: 'Apache-2.0',
    image: { access: 'public', tag: '0.0.7' },
    diskGiB: 100,
    readinessTimeoutMinutes: 30,
    inference: textGeneration({ gpus: 1, totalGpuMemoryGiB, perGpuMemoryGiB: 0 }, { torch_dtype: 'bfloat16' }),
  }
}

export const MISTRAL: Preset[] = [
  {
    ...preset('mistral-7b', 14),
    tuning: { requires: { gpus: 1, totalGpuMemoryGiB: 16, perGpuMemoryGiB: 16 }, diskGiB: 100 },
  },
  preset('mistral-7b-instruct', 16),
]
