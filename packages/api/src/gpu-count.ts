/** Sizes of Azure by how many NVIDIA GPUs Kubernetes sees on one, after Azure's documentation of them. */
const SIZES_BY_GPUS: readonly [gpus: number, sizes: readonly string[]][] = [
  // GPUs of AMD, of which there is no `nvidia.com/gpu`.
  [
    0,
    [
      'Standard_NV4as_v4',
      'Standard_NV8as_v4',
      'Standard_NV16as_v4',
      'Standard_NV32as_v4',
      'Standard_NG32ads_V620_v1',
      'Standard_NG32adms_V620_v1',
      'Standard_ND96isr_MI300X_v5',
    ],
  ],
  [
    1,
    [
      'Standard_NC6',
      'Standard_NC6s_v2',
      'Standard_NC6s_v3',
      'Standard_ND6s',
      'Standard_NV6',
      'Standard_NV12s_v3',
      'Standard_NC4as_T4_v3',
      'Standard_NC8as_T4_v3',
      'Standard_NC16as_T4_v3',
      // A part of one GPU is one to Kubernetes, too.
      'Standard_NV6ads_A10_v5',
      'Standard_NV12ads_A10_v5',
      'Standard_NV18ads_A10_v5',
      'Standard_NV36ads_A10_v5',
      'Standard_NV36adms_A10_v5',
      'Standard_NC24ads_A100_v4',
      'Standard_NC40ads_H100_v5',
      'Standard_NCC40ads_H100_v5',
    ],
  ],
  [
    2,
    [
      'Standard_NC12',
      'Standard_NC12s_v2',
      'Standard_NC12s_v3',
      'Standard_ND12s',
      'Standard_NV12',
      'Standard_NV24s_v3',
      'Standard_NV72ads_A10_v5',
      'Standard_NC48ads_A100_v4',
      'Standard_NC80adis_H100_v5',
    ],
  ],
  [
    4,
    [
      'Standard_NC24',
      'Standard_NC24r',
      'Standard_NC24s_v2',
      'Standard_NC24rs_v2',
      'Standard_NC24s_v3',
      'Standard_NC24rs_v3',
      'Standard_ND24s',
      'Standard_ND24rs',
      'Standard_NV24',
      'Standard_NV48s_v3',
      'Standard_NC64as_T4_v3',
      'Standard_NC96ads_A100_v4',
      'Standard_ND128isr_NDR_GB200_v6',
      'Standard_ND128isr_GB300_v6',
      'Standard_ND128isrG5_GB300_v6',
    ],
  ],
  [
    8,
    [
      'Standard_ND40rs_v2',
      'Standard_ND96asr_v4',
      'Standard_ND96amsr_A100_v4',
      'Standard_ND96isr_H100_v5',
      'Standard_ND96isr_H200_v5',
    ],
  ],
]

const COUNTS = new Map(SIZES_BY_GPUS.flatMap(([gpus, sizes]) => sizes.map((size) => [size.toLowerCase(), gpus])))

/**
 * How many NVIDIA GPUs a VM size has, 0 where they are another maker's; undefined for a size that is not known here.
 * Azure compares names without case.
 */
export function gpuCount(instanceType: string): number | undefined {
  return COUNTS.get(instanceType.toLowerCase())
}
