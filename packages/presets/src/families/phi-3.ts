import type { Preset } from '../preset.ts'
import { textGeneration } from './text-generation.ts'

/** In GiB, and for tuning on one GPU. */
interface Size {
  memory: number
  tuningMemory: number
  disk: number
}

const MINI: Size = { memory: 9, tuningMemory: 72, disk: 50 }
// KAITO 0.3.2 has a disk of 50, too little for 28 GB of weights as layers and unpacked; its later releases ask for 100.
const MEDIUM: Size = { memory: 28, tuningMemory: 80, disk: 100 }

function preset(name: string, { memory, tuningMemory, disk }: Size): Preset {
  return {
    name,
    family: 'Phi-3',
    licence: 'MIT',
    image: { access: 'public', tag: '0.0.2' },
    diskGiB: disk,
    readinessTimeoutMinutes: 30,
    inference: textGeneration(
      { gpus: 1, totalGpuMemoryGiB: memory, perGpuMemoryGiB: 0 },
      { torch_dtype: 'auto', trust_remote_code: true },
    ),
    tuning: { requires: { gpus: 1, totalGpuMemoryGiB: tuningMemory, perGpuMemoryGiB: tuningMemory }, diskGiB: disk },
  }
}

export const PHI_3: Preset[] = [
  preset('phi-3-mini-4k-instruct', MINI),
  preset('phi-3-mini-128k-instruct', MINI),
  preset('phi-3-medium-4k-instruct', MEDIUM),
  preset('phi-3-medium-128k-instruct', MEDIUM),
]
