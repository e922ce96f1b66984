import type { GpuSizes } from './gpu-model.ts'

/**
 * GPU sizes of Azure, after its pages on GPU accelerated sizes (learn.microsoft.com/azure/virtual-machines/sizes), in the
 * spelling that nodes carry as their label. Which of them are retired is in the table that both controllers read.
 *
 * KAITO's tables differ in these, and are wrong: 80 GiB in all for ND96amsr_A100_v4, which has 8 x 80; the name
 * ND96asr_A100_v4, under which Azure sells nothing; parts of an A10 without a word that they are parts. Sizes in preview
 * are left out until their names and drivers are settled (NC RTX PRO 6000).
 */
export const AZURE_SIZES: readonly GpuSizes[] = [
  {
    // Kubernetes sees each half of a card.
    model: 'K80',
    memoryPerGpuGiB: 12,
    sizes: { Standard_NC6: 1, Standard_NC12: 2, Standard_NC24: 4, Standard_NC24r: 4 },
  },
  {
    // Kubernetes sees each half of a card.
    model: 'M60',
    memoryPerGpuGiB: 8,
    sizes: {
      Standard_NV6: 1,
      Standard_NV12: 2,
      Standard_NV24: 4,
      Standard_NV12s_v3: 1,
      Standard_NV24s_v3: 2,
      Standard_NV48s_v3: 4,
    },
  },
  {
    model: 'P40',
    memoryPerGpuGiB: 24,
    sizes: { Standard_ND6s: 1, Standard_ND12s: 2, Standard_ND24s: 4, Standard_ND24rs: 4 },
  },
  {
    model: 'P100',
    memoryPerGpuGiB: 16,
    sizes: { Standard_NC6s_v2: 1, Standard_NC12s_v2: 2, Standard_NC24s_v2: 4, Standard_NC24rs_v2: 4 },
  },
  {
    model: 'V100',
    memoryPerGpuGiB: 16,
    sizes: { Standard_NC6s_v3: 1, Standard_NC12s_v3: 2, Standard_NC24s_v3: 4, Standard_NC24rs_v3: 4 },
  },
  { model: 'V100', memoryPerGpuGiB: 32, sizes: { Standard_ND40rs_v2: 8 } },
  {
    model: 'T4',
    memoryPerGpuGiB: 16,
    sizes: { Standard_NC4as_T4_v3: 1, Standard_NC8as_T4_v3: 1, Standard_NC16as_T4_v3: 1, Standard_NC64as_T4_v3: 4 },
  },
  { model: 'A10', share: '1/6', memoryPerGpuGiB: 4, sizes: { Standard_NV6ads_A10_v5: 1 } },
  { model: 'A10', share: '1/3', memoryPerGpuGiB: 8, sizes: { Standard_NV12ads_A10_v5: 1 } },
  { model: 'A10', share: '1/2', memoryPerGpuGiB: 12, sizes: { Standard_NV18ads_A10_v5: 1 } },
  {
    model: 'A10',
    memoryPerGpuGiB: 24,
    sizes: { Standard_NV36ads_A10_v5: 1, Standard_NV36adms_A10_v5: 1, Standard_NV72ads_A10_v5: 2 },
  },
  { model: 'A100', memoryPerGpuGiB: 40, sizes: { Standard_ND96asr_v4: 8 } },
  {
    model: 'A100',
    memoryPerGpuGiB: 80,
    sizes: {
      Standard_NC24ads_A100_v4: 1,
      Standard_NC48ads_A100_v4: 2,
      Standard_NC96ads_A100_v4: 4,
      Standard_ND96amsr_A100_v4: 8,
    },
  },
  { model: 'H100', memoryPerGpuGiB: 80, sizes: { Standard_ND96isr_H100_v5: 8 } },
  {
    model: 'H100',
    memoryPerGpuGiB: 94,
    sizes: { Standard_NC40ads_H100_v5: 1, Standard_NCC40ads_H100_v5: 1, Standard_NC80adis_H100_v5: 2 },
  },
  { model: 'H200', memoryPerGpuGiB: 141, sizes: { Standard_ND96isr_H200_v5: 8 } },
  {
    model: 'B200',
    memoryPerGpuGiB: 192,
    architecture: 'arm64',
    sizes: { Standard_ND128isr_NDR_GB200_v6: 4 },
  },
  {
    model: 'B300',
    memoryPerGpuGiB: 288,
    architecture: 'arm64',
    sizes: { Standard_ND128isr_GB300_v6: 4, Standard_ND128isrG5_GB300_v6: 4 },
  },
  { model: 'MI25', share: '1/8', memoryPerGpuGiB: 2, sizes: { Standard_NV4as_v4: 1 } },
  { model: 'MI25', share: '1/4', memoryPerGpuGiB: 4, sizes: { Standard_NV8as_v4: 1 } },
  { model: 'MI25', share: '1/2', memoryPerGpuGiB: 8, sizes: { Standard_NV16as_v4: 1 } },
  { model: 'MI25', memoryPerGpuGiB: 16, sizes: { Standard_NV32as_v4: 1 } },
  { model: 'V620', memoryPerGpuGiB: 32, sizes: { Standard_NG32ads_V620_v1: 1, Standard_NG32adms_V620_v1: 1 } },
  { model: 'MI300X', memoryPerGpuGiB: 192, sizes: { Standard_ND96isr_MI300X_v5: 8 } },
]
