interface GpuModel {
  vendor: 'nvidia' | 'amd'
  /** Name of the maker for its architecture. */
  generation: string
  /** CUDA compute capability (developer.nvidia.com/cuda-gpus); only NVIDIA's have one. */
  computeCapability?: string
}

export const GPU_MODELS = {
  K80: { vendor: 'nvidia', generation: 'Kepler', computeCapability: '3.7' },
  M60: { vendor: 'nvidia', generation: 'Maxwell', computeCapability: '5.2' },
  P100: { vendor: 'nvidia', generation: 'Pascal', computeCapability: '6.0' },
  P40: { vendor: 'nvidia', generation: 'Pascal', computeCapability: '6.1' },
  V100: { vendor: 'nvidia', generation: 'Volta', computeCapability: '7.0' },
  T4: { vendor: 'nvidia', generation: 'Turing', computeCapability: '7.5' },
  A100: { vendor: 'nvidia', generation: 'Ampere', computeCapability: '8.0' },
  A10: { vendor: 'nvidia', generation: 'Ampere', computeCapability: '8.6' },
  A10G: { vendor: 'nvidia', generation: 'Ampere', computeCapability: '8.6' },
  L4: { vendor: 'nvidia', generation: 'Ada Lovelace', computeCapability: '8.9' },
  H100: { vendor: 'nvidia', generation: 'Hopper', computeCapability: '9.0' },
  H200: { vendor: 'nvidia', generation: 'Hopper', computeCapability: '9.0' },
  B200: { vendor: 'nvidia', generation: 'Blackwell', computeCapability: '10.0' },
  B300: { vendor: 'nvidia', generation: 'Blackwell', computeCapability: '10.3' },
  MI25: { vendor: 'amd', generation: 'Vega' },
  MI300X: { vendor: 'amd', generation: 'CDNA 3' },
  V620: { vendor: 'amd', generation: 'RDNA 2' },
} as const satisfies Record<string, GpuModel>

/** Sizes of one cloud with the same GPU. */
export interface GpuSizes {
  model: keyof typeof GPU_MODELS
  /** What a pod can use of one: less than the card has where a size has a part of it. */
  memoryPerGpuGiB: number
  /** Part of one GPU that each of these sizes has, which Kubernetes counts as one. */
  share?: '1/8' | '1/6' | '1/4' | '1/3' | '1/2'
  /** Absent where it is amd64. */
  architecture?: 'arm64'
  /** GPUs by name of the size. */
  sizes: Record<string, number>
}
