import { gpuCount, RETIRED_INSTANCE_TYPES } from '@kaito/api'

/** A virtual machine size whose NVIDIA GPUs Kubernetes sees whole, on amd64. */
export interface InstanceType {
  name: string
  gpus: number
  memoryPerGpuGiB: number
  gpuModel: string
  /** Day the cloud stopped offering it (ISO date), and the size to take instead. */
  retired?: { on: string; successor: string }
}

const V100 = { gpuModel: 'V100', memoryPerGpuGiB: 16 }
const M60 = { gpuModel: 'M60', memoryPerGpuGiB: 8 }
const T4 = { gpuModel: 'T4', memoryPerGpuGiB: 16 }
const A10 = { gpuModel: 'A10', memoryPerGpuGiB: 24 }
const A100 = { gpuModel: 'A100', memoryPerGpuGiB: 80 }
const H100_NVL = { gpuModel: 'H100', memoryPerGpuGiB: 94 }

const SIZES: readonly Omit<InstanceType, 'gpus' | 'retired'>[] = [
  { name: 'Standard_NC6s_v3', ...V100 },
  { name: 'Standard_NC12s_v3', ...V100 },
  { name: 'Standard_NC24s_v3', ...V100 },
  { name: 'Standard_NC24rs_v3', ...V100 },
  { name: 'Standard_ND40rs_v2', gpuModel: 'V100', memoryPerGpuGiB: 32 },
  { name: 'Standard_NV12s_v3', ...M60 },
  { name: 'Standard_NV24s_v3', ...M60 },
  { name: 'Standard_NV48s_v3', ...M60 },
  { name: 'Standard_NC4as_T4_v3', ...T4 },
  { name: 'Standard_NC8as_T4_v3', ...T4 },
  { name: 'Standard_NC16as_T4_v3', ...T4 },
  { name: 'Standard_NC64as_T4_v3', ...T4 },
  { name: 'Standard_NV6ads_A10_v5', gpuModel: 'A10 (1/6)', memoryPerGpuGiB: 4 },
  { name: 'Standard_NV12ads_A10_v5', gpuModel: 'A10 (1/3)', memoryPerGpuGiB: 8 },
  { name: 'Standard_NV18ads_A10_v5', gpuModel: 'A10 (1/2)', memoryPerGpuGiB: 12 },
  { name: 'Standard_NV36ads_A10_v5', ...A10 },
  { name: 'Standard_NV36adms_A10_v5', ...A10 },
  { name: 'Standard_NV72ads_A10_v5', ...A10 },
  { name: 'Standard_NC24ads_A100_v4', ...A100 },
  { name: 'Standard_NC48ads_A100_v4', ...A100 },
  { name: 'Standard_NC96ads_A100_v4', ...A100 },
  { name: 'Standard_ND96asr_v4', gpuModel: 'A100', memoryPerGpuGiB: 40 },
  { name: 'Standard_ND96amsr_A100_v4', ...A100 },
  { name: 'Standard_NC40ads_H100_v5', ...H100_NVL },
  { name: 'Standard_NCC40ads_H100_v5', ...H100_NVL },
  { name: 'Standard_NC80adis_H100_v5', ...H100_NVL },
  { name: 'Standard_ND96isr_H100_v5', gpuModel: 'H100', memoryPerGpuGiB: 80 },
  { name: 'Standard_ND96isr_H200_v5', gpuModel: 'H200', memoryPerGpuGiB: 141 },
]

/**
 * GPU sizes of Azure, after its documentation of GPU accelerated and of retired sizes. AMD and Arm sizes are left out:
 * they have no `nvidia.com/gpu` or cannot run the model images.
 */
export const INSTANCE_TYPES: readonly InstanceType[] = SIZES.map((type) => {
  const retired = RETIRED_INSTANCE_TYPES.get(type.name.toLowerCase())
  return { ...type, gpus: gpuCount(type.name) ?? 0, ...(retired && { retired }) }
})

const byLowerName = new Map(INSTANCE_TYPES.map((type) => [type.name.toLowerCase(), type]))

/** Azure compares size names without case; the catalogue's spelling is the one that nodes carry as their label. */
export function findInstanceType(name: string): InstanceType | undefined {
  return byLowerName.get(name.toLowerCase())
}
