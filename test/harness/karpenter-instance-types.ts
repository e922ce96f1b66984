/** A size of machine that Karpenter's KWOK provider pretends to have. */
export interface InstanceType {
  name: string
  cpu: number
  memory: string
  gpus: number
  pricePerHour: number
}

/** The first is what tests use throughout, the second has the same GPUs for more, the third two of them. */
export const INSTANCE_TYPES: InstanceType[] = [
  { name: 'Standard_NC24ads_A100_v4', cpu: 24, memory: '220Gi', gpus: 1, pricePerHour: 3.67 },
  { name: 'Standard_NC6s_v3', cpu: 6, memory: '112Gi', gpus: 1, pricePerHour: 3.06 },
  { name: 'Standard_NC48ads_A100_v4', cpu: 48, memory: '440Gi', gpus: 2, pricePerHour: 7.35 },
  { name: 'Standard_D4s_v5', cpu: 4, memory: '16Gi', gpus: 0, pricePerHour: 0.19 },
]

/** The zones of the emulated Azure. */
const ZONES = ['eastus-1', 'eastus-2', 'eastus-3']

/**
 * Text of the file that INSTANCE_TYPES_FILE_PATH names, in the spelling that the provider reads
 * (kwok/cloudprovider/helpers.go). It takes every offering for available, whatever the file says.
 */
export function instanceTypesFile(types: InstanceType[]): string {
  return JSON.stringify(
    types.map(({ name, cpu, memory, gpus, pricePerHour }) => ({
      name,
      architecture: 'amd64',
      operatingSystems: ['linux'],
      resources: {
        cpu: String(cpu),
        memory,
        'ephemeral-storage': '300Gi',
        ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }),
      },
      offerings: ZONES.map((zone) => ({
        Price: pricePerHour,
        Available: true,
        Requirements: [
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
          { key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] },
        ],
      })),
    })),
  )
}
