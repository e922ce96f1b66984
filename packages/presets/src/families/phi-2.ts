import type { Preset } from '../preset.ts'
import { textGeneration } from './text-generation.ts'

export const PHI_2: Preset[] = [
  {
    name: 'phi-2',
    family: 'Phi-2',
    licence: 'MIT',
    image: { access: 'public', tag: '0.0.5' },
    diskGiB: 50,
    readinessTimeoutMinutes: 30,
    inference: textGeneration({ gpus: 1, totalGpuMemoryGiB: 12, perGpuMemoryGiB: 0 }, { torch_dtype: 'float16' }),
    tuning: { requires: { gpus: 1, totalGpuMemoryGiB: 16, perGpuMemoryGiB: 16 }, diskGiB: 50 },
  },
]
