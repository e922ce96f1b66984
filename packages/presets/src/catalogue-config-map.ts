import { findPreset, presetNames } from './catalogue.ts'
import { INSTANCE_TYPES, type InstanceType } from './instance-types.ts'
import type { Preset } from './preset.ts'

/**
 * Data of the ConfigMap that the admission policy reads: a line for each preset, by name, and one for each size, least GPU
 * memory in all first. What a line says after the name is `key=value`, always the same keys in the same order, memory and
 * disk in GiB; worldSize=0 is a model that one node holds, tuningGpus=0 one that cannot be tuned.
 */
export function catalogueConfigMap(): { presets: string; instanceTypes: string } {
  const presets = presetNames().flatMap((name) => findPreset(name) ?? [])
  return {
    presets: presets.map(presetLine).join('\n'),
    instanceTypes: INSTANCE_TYPES.map(instanceTypeLine).join('\n'),
  }
}

function presetLine({ name, image, inference, diskGiB, tuning }: Preset): string {
  return line(name, {
    access: image.access,
    gpus: inference.requires.gpus,
    memoryGiB: inference.requires.totalGpuMemoryGiB,
    perGpuMemoryGiB: inference.requires.perGpuMemoryGiB,
    worldSize: inference.distributed?.worldSize ?? 0,
    diskGiB,
    tuningGpus: tuning?.requires.gpus ?? 0,
    tuningMemoryGiB: tuning?.requires.totalGpuMemoryGiB ?? 0,
    tuningPerGpuMemoryGiB: tuning?.requires.perGpuMemoryGiB ?? 0,
  })
}

function instanceTypeLine({ name, gpus, memoryPerGpuGiB, gpuModel, cloud, retired, usable }: InstanceType): string {
  return line(name, {
    gpus,
    memoryPerGpuGiB,
    model: gpuModel,
    cloud,
    retired: retired?.on ?? 'no',
    successor: retired?.successor ?? 'none',
    usable,
  })
}

function line(name: string, facts: Record<string, string | number>): string {
  return [name, ...Object.entries(facts).map(([key, value]) => `${key}=${value}`)].join(' ')
}
