import type { GpuSizes } from './gpu-model.ts'

/**
 * Sizes of Amazon EC2 with NVIDIA GPUs of Turing and later on amd64 (aws.amazon.com/ec2/instance-types). Nothing here
 * buys them; they are known for nodes that are there and for other backends.
 */
export const AWS_SIZES: readonly GpuSizes[] = [
  {
    model: 'T4',
    memoryPerGpuGiB: 16,
    sizes: {
      'g4dn.xlarge': 1,
      'g4dn.2xlarge': 1,
      'g4dn.4xlarge': 1,
      'g4dn.8xlarge': 1,
      'g4dn.16xlarge': 1,
      'g4dn.12xlarge': 4,
      'g4dn.metal': 8,
    },
  },
  {
    model: 'A10G',
    memoryPerGpuGiB: 24,
    sizes: {
      'g5.xlarge': 1,
      'g5.2xlarge': 1,
      'g5.4xlarge': 1,
      'g5.8xlarge': 1,
      'g5.16xlarge': 1,
      'g5.12xlarge': 4,
      'g5.24xlarge': 4,
      'g5.48xlarge': 8,
    },
  },
  {
    model: 'L4',
    memoryPerGpuGiB: 24,
    sizes: {
      'g6.xlarge': 1,
      'g6.2xlarge': 1,
      'g6.4xlarge': 1,
      'g6.8xlarge': 1,
      'g6.16xlarge': 1,
      'gr6.4xlarge': 1,
      'gr6.8xlarge': 1,
      'g6.12xlarge': 4,
      'g6.24xlarge': 4,
      'g6.48xlarge': 8,
    },
  },
  { model: 'A100', memoryPerGpuGiB: 40, sizes: { 'p4d.24xlarge': 8 } },
  { model: 'A100', memoryPerGpuGiB: 80, sizes: { 'p4de.24xlarge': 8 } },
  { model: 'H100', memoryPerGpuGiB: 80, sizes: { 'p5.48xlarge': 8 } },
  { model: 'H200', memoryPerGpuGiB: 141, sizes: { 'p5e.48xlarge': 8, 'p5en.48xlarge': 8 } },
]
