import type { Preset } from '../preset.ts'
import { textGeneration } from './text-generation.ts'

const DTYPE = { torch_dtype: 'bfloat16' }

const small: Omit<Preset, 'name'> = {
  family: 'Falcon',
  licence: 'Apache-2.0',
  image: { access: 'public', tag: '0.0.6' },
  diskGiB: 50,
  readinessTimeoutMinutes: 30,
  inference: textGeneration({ gpus: 1, totalGpuMemoryGiB: 14, perGpuMemoryGiB: 0 }, DTYPE),
}

const large: Omit<Preset, 'name'> = {
  ...small,
  image: { access: 'public', tag: '0.0.7' },
  // KAITO 0.3.2 writes "400" without a unit, which Kubernetes reads as bytes.
  diskGiB: 400,
  inference: textGeneration({ gpus: 2, totalGpuMemoryGiB: 90, perGpuMemoryGiB: 0 }, DTYPE),
}

export const FALCON: Preset[] = [
  {
    ...small,
    name: 'falcon-7b',
    tuning: { requires: { gpus: 1, totalGpuMemoryGiB: 16, perGpuMemoryGiB: 16 }, diskGiB: 50 },
  },
  { ...small, name: 'falcon-7b-instruct' },
  {
    ...large,
    name: 'falcon-40b',
    // KAITO 0.3.2 has 50, less than the 84 GB of weights in the image, which is the one of inference.
    tuning: { requires: { gpus: 2, totalGpuMemoryGiB: 90, perGpuMemoryGiB: 16 }, diskGiB: 400 },
  },
  { ...large, name: 'falcon-40b-instruct' },
]
