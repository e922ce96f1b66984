import type { Preset } from '../preset.ts'

const inference: Preset['inference'] = {
  requires: { gpus: 1, totalGpuMemoryGiB: 9, perGpuMemoryGiB: 0 },
  launcher: ['accelerate', 'launch'],
  launcherFlags: { gpu_ids: 'all', machine_rank: '0', num_machines: '1', num_processes: '1' },
  program: 'inference_api.py',
  modelFlags: { pipeline: 'text-generation', torch_dtype: 'auto', trust_remote_code: true },
}

const tuning: Preset['tuning'] = {
  requires: { gpus: 1, totalGpuMemoryGiB: 72, perGpuMemoryGiB: 72 },
  diskGiB: 50,
}

export const PHI_3: Preset[] = ['phi-3-mini-4k-instruct', 'phi-3-mini-128k-instruct'].map((name) => ({
  name,
  image: { access: 'public', tag: '0.0.2' },
  diskGiB: 50,
  readinessTimeoutMinutes: 30,
  inference,
  tuning,
}))
