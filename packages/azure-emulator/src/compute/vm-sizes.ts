/** A VM size as Azure sells it; facts from the size pages of the Azure documentation. */
export interface VmSize {
  name: string
  /** Name of its vCPU quota. */
  family: string
  vCpus: number
  memoryGiB: number
  gpus: number
  gpuVendor?: 'nvidia' | 'amd'
  /** Local disk, temporary or NVMe. */
  localDiskGiB: number
  /** Cache of the OS disk on the host. */
  cacheGiB: number
  cpuArchitecture: 'x64' | 'Arm64'
  /** Withdrawn by Azure; still offered where the settings say so. */
  retired?: true
}

type Row = [name: string, vCpus: number, memoryGiB: number, gpus: number, localDiskGiB: number, cacheGiB?: number]

function family(name: string, rows: Row[], facts: Partial<VmSize> = {}): VmSize[] {
  return rows.map(([size, vCpus, memoryGiB, gpus, localDiskGiB, cacheGiB = 0]) => ({
    name: `Standard_${size}`,
    family: name,
    vCpus,
    memoryGiB,
    gpus,
    localDiskGiB,
    cacheGiB,
    cpuArchitecture: 'x64',
    ...(gpus > 0 && { gpuVendor: 'nvidia' }),
    ...facts,
  }))
}

export const VM_SIZES: readonly VmSize[] = [
  ...family(
    'standardNCSv3Family',
    [
      ['NC6s_v3', 6, 112, 1, 736],
      ['NC12s_v3', 12, 224, 2, 1474],
      ['NC24s_v3', 24, 448, 4, 2948],
      ['NC24rs_v3', 24, 448, 4, 2948],
    ],
    { retired: true },
  ),
  ...family('Standard NCASv3_T4 Family', [
    ['NC4as_T4_v3', 4, 28, 1, 176],
    ['NC8as_T4_v3', 8, 56, 1, 352],
    ['NC16as_T4_v3', 16, 110, 1, 352],
    ['NC64as_T4_v3', 64, 440, 4, 2816],
  ]),
  ...family('StandardNCADSA100v4Family', [
    ['NC24ads_A100_v4', 24, 220, 1, 64],
    ['NC48ads_A100_v4', 48, 440, 2, 128],
    ['NC96ads_A100_v4', 96, 880, 4, 256],
  ]),
  ...family('StandardNCadsH100v5Family', [
    ['NC40ads_H100_v5', 40, 320, 1, 3576],
    ['NC80adis_H100_v5', 80, 640, 2, 7152],
  ]),
  ...family('standardNDSv2Family', [['ND40rs_v2', 40, 672, 8, 2948]]),
  ...family('standardNDASv4_A100Family', [['ND96asr_v4', 96, 900, 8, 6000]]),
  ...family('standardNDAMSv4_A100Family', [['ND96amsr_A100_v4', 96, 1900, 8, 6400]]),
  ...family('standardNDSH100v5Family', [['ND96isr_H100_v5', 96, 1900, 8, 1000]]),
  ...family('standardNDISRH200V5Family', [['ND96isr_H200_v5', 96, 1850, 8, 1024]]),
  ...family('standardNDISRGB200v6Family', [['ND128isr_NDR_GB200_v6', 128, 900, 4, 16_384]], {
    cpuArchitecture: 'Arm64',
  }),
  ...family('standardNDISRGB300v6Family', [['ND128isr_GB300_v6', 128, 864, 4, 16_384]], { cpuArchitecture: 'Arm64' }),
  ...family('standardNDISv5MI300XFamily', [['ND96isr_MI300X_v5', 96, 1850, 8, 1000]], { gpuVendor: 'amd' }),
  ...family('StandardNVADSA10v5Family', [
    ['NV6ads_A10_v5', 6, 55, 1, 180],
    ['NV12ads_A10_v5', 12, 110, 1, 360],
    ['NV18ads_A10_v5', 18, 220, 1, 720],
    ['NV36ads_A10_v5', 36, 440, 1, 1440],
    ['NV36adms_A10_v5', 36, 880, 1, 2880],
    ['NV72ads_A10_v5', 72, 880, 2, 2880],
  ]),
  ...family('standardDSv2Family', [
    ['DS1_v2', 1, 3.5, 0, 7, 43],
    ['DS2_v2', 2, 7, 0, 14, 86],
    ['DS3_v2', 4, 14, 0, 28, 172],
  ]),
  ...family('standardDSv3Family', [
    ['D2s_v3', 2, 8, 0, 16, 50],
    ['D4s_v3', 4, 16, 0, 32, 100],
    ['D8s_v3', 8, 32, 0, 64, 200],
  ]),
  ...family('standardDSv5Family', [
    ['D2s_v5', 2, 8, 0, 0],
    ['D4s_v5', 4, 16, 0, 0],
    ['D8s_v5', 8, 32, 0, 0],
    ['D16s_v5', 16, 64, 0, 0],
  ]),
  ...family('standardDDSv5Family', [
    ['D4ds_v5', 4, 16, 0, 150],
    ['D8ds_v5', 8, 32, 0, 300],
    ['D16ds_v5', 16, 64, 0, 600],
  ]),
]

const BY_NAME = new Map(VM_SIZES.map((size) => [size.name.toLowerCase(), size]))

/** Azure compares size names without regard to case. */
export function findVmSize(name: string): VmSize | undefined {
  return BY_NAME.get(name.toLowerCase())
}

/** The largest ephemeral OS disk that a machine of this size has room for. */
export function ephemeralDiskGiB({ localDiskGiB, cacheGiB }: VmSize): number {
  return Math.max(localDiskGiB, cacheGiB)
}
