import { RETIRED_INSTANCE_TYPES } from '@kaito/api'
import { AWS_SIZES } from './instance-types/aws.ts'
import { AZURE_SIZES } from './instance-types/azure.ts'
import { GPU_MODELS, type GpuSizes } from './instance-types/gpu-model.ts'

export type Cloud = 'azure' | 'aws'

/** A virtual machine size with GPUs. */
export interface InstanceType {
  name: string
  cloud: Cloud
  gpus: number
  memoryPerGpuGiB: number
  gpuModel: string
  generation: string
  /** What part of one GPU the size has, where it has no whole one; `gpus` is 1 then. */
  share?: string
  computeCapability?: string
  /** Whether the model images run on it, and if not, why: GPUs of AMD, or Arm processors. */
  usable: 'yes' | 'amd' | 'arm64'
  /** Day the cloud stopped offering it (ISO date), and the size to take instead. */
  retired?: { on: string; successor: string }
}

/** Least GPU memory in all first, then by name. */
export const INSTANCE_TYPES: readonly InstanceType[] = [
  ...typesOf('azure', AZURE_SIZES),
  ...typesOf('aws', AWS_SIZES),
].sort(
  (a, b) =>
    totalGpuMemoryGiB(a) - totalGpuMemoryGiB(b) || sortKey(a).localeCompare(sortKey(b), 'en', { numeric: true }),
)

/** EC2 leaves out the number of its smallest multiple. */
function sortKey({ name }: InstanceType): string {
  return name.replace('.xlarge', '.1xlarge')
}

function typesOf(cloud: Cloud, groups: readonly GpuSizes[]): InstanceType[] {
  return groups.flatMap(({ model, sizes, architecture, ...group }) => {
    const { vendor, ...facts } = GPU_MODELS[model]
    const usable = vendor === 'amd' ? 'amd' : (architecture ?? 'yes')
    return Object.entries(sizes).map(([name, gpus]) => {
      const retired = RETIRED_INSTANCE_TYPES.get(name.toLowerCase())
      return { name, cloud, gpus, gpuModel: model, usable, ...group, ...facts, ...(retired && { retired }) }
    })
  })
}

const byLowerName = new Map(INSTANCE_TYPES.map((type) => [type.name.toLowerCase(), type]))

/**
 * A size that is known, usable or not, retired or not. Azure compares names without case; the catalogue's spelling is the
 * one that nodes carry as their label.
 */
export function findInstanceType(name: string): InstanceType | undefined {
  return byLowerName.get(name.toLowerCase())
}

/** The cloud that a size of this name, known or not, would belong to: only names of EC2 have a dot. */
export function cloudOf(name: string): Cloud {
  return name.includes('.') ? 'aws' : 'azure'
}

export function totalGpuMemoryGiB({ gpus, memoryPerGpuGiB }: InstanceType): number {
  return gpus * memoryPerGpuGiB
}
