import type { GpuRequirement, Preset } from '../preset.ts'

/** What all these images start: one server process that divides its model among the GPUs of its node. */
export function textGeneration(
  requires: GpuRequirement,
  modelFlags: Preset['inference']['modelFlags'],
): Preset['inference'] {
  return {
    requires,
    launcher: ['accelerate', 'launch'],
    launcherFlags: { gpu_ids: 'all', machine_rank: '0', num_machines: '1', num_processes: '1' },
    program: 'inference_api.py',
    modelFlags: { pipeline: 'text-generation', ...modelFlags },
  }
}
