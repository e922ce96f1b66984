import type { Preset } from '../preset.ts'
import { RENDEZVOUS_PORT } from '../spread.ts'

/** One process per GPU. */
interface Size {
  processes: number
  /** Of one process. */
  memoryGiB: number
  diskGiB: number
  readinessTimeoutMinutes: number
}

const SIZES = {
  '7b': { processes: 1, memoryGiB: 14, diskGiB: 34, readinessTimeoutMinutes: 10 },
  '13b': { processes: 2, memoryGiB: 15, diskGiB: 46, readinessTimeoutMinutes: 20 },
  '70b': { processes: 8, memoryGiB: 19, diskGiB: 158, readinessTimeoutMinutes: 30 },
} satisfies Record<string, Size>

function preset(name: string, size: Size, totalGpuMemoryGiB: number): Preset {
  const { processes, memoryGiB, diskGiB, readinessTimeoutMinutes } = size
  return {
    name,
    family: 'Llama 2',
    licence: 'Llama 2 Community License',
    image: { access: 'private' },
    diskGiB,
    readinessTimeoutMinutes,
    inference: {
      requires: { gpus: processes, totalGpuMemoryGiB, perGpuMemoryGiB: memoryGiB },
      launcher: ['torchrun'],
      workingDir: '/workspace/llama/llama-2',
      launcherFlags: {
        master_addr: 'localhost',
        master_port: String(RENDEZVOUS_PORT),
        max_restarts: '3',
        nnodes: '1',
        node_rank: '0',
        nproc_per_node: String(processes),
        rdzv_backend: 'c10d',
        rdzv_endpoint: `localhost:${RENDEZVOUS_PORT}`,
        rdzv_id: 'job',
      },
      program: 'inference_api.py',
      modelFlags: { max_batch_size: '8', max_seq_len: '512' },
      ...(processes > 1 && { distributed: { worldSize: processes } }),
    },
  }
}

export const LLAMA_2: Preset[] = [
  preset('llama-2-7b', SIZES['7b'], 14),
  preset('llama-2-7b-chat', SIZES['7b'], 16),
  preset('llama-2-13b', SIZES['13b'], 30),
  preset('llama-2-13b-chat', SIZES['13b'], 30),
  preset('llama-2-70b', SIZES['70b'], 152),
  preset('llama-2-70b-chat', SIZES['70b'], 192),
]
