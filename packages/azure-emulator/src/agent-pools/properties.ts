import { z } from 'zod'

const strings = z.record(z.string(), z.string())
const open = z.record(z.string(), z.unknown())

/**
 * `properties` of an agent pool in a request, as in the AKS specification of api-version 2026-06-01. Read-only members
 * are taken and ignored; any other name is refused as AKS does.
 */
export const requestPropertiesSchema = z.strictObject({
  count: z.int().optional(),
  vmSize: z.string().optional(),
  osDiskSizeGB: z.int().optional(),
  osDiskType: z.enum(['Managed', 'Ephemeral']).optional(),
  kubeletDiskType: z.enum(['OS', 'Temporary']).optional(),
  workloadRuntime: z.enum(['OCIContainer', 'WasmWasi', 'KataVmIsolation']).optional(),
  messageOfTheDay: z.string().optional(),
  vnetSubnetID: z.string().optional(),
  podSubnetID: z.string().optional(),
  podIPAllocationMode: z.enum(['DynamicIndividual', 'StaticBlock']).optional(),
  maxPods: z.int().optional(),
  osType: z.enum(['Linux', 'Windows']).optional(),
  osSKU: z
    .enum([
      'Ubuntu',
      'Ubuntu2204',
      'Ubuntu2404',
      'AzureLinux',
      'AzureLinux3',
      'AzureContainerLinux',
      'CBLMariner',
      'Windows2019',
      'Windows2022',
      'Windows2025',
    ])
    .optional(),
  maxCount: z.int().optional(),
  minCount: z.int().optional(),
  enableAutoScaling: z.boolean().optional(),
  scaleDownMode: z.enum(['Delete', 'Deallocate']).optional(),
  type: z.enum(['VirtualMachineScaleSets', 'AvailabilitySet', 'VirtualMachines']).optional(),
  mode: z.enum(['System', 'User', 'Gateway']).optional(),
  orchestratorVersion: z.string().optional(),
  upgradeSettings: z
    .strictObject({
      maxSurge: z.string().optional(),
      maxUnavailable: z.string().optional(),
      drainTimeoutInMinutes: z.int().optional(),
      nodeSoakDurationInMinutes: z.int().optional(),
      undrainableNodeBehavior: z.enum(['Cordon', 'Schedule']).optional(),
    })
    .optional(),
  powerState: z.strictObject({ code: z.enum(['Running', 'Stopped']).optional() }).optional(),
  availabilityZones: z.array(z.string()).optional(),
  enableNodePublicIP: z.boolean().optional(),
  nodePublicIPPrefixID: z.string().optional(),
  scaleSetPriority: z.enum(['Regular', 'Spot']).optional(),
  scaleSetEvictionPolicy: z.enum(['Delete', 'Deallocate']).optional(),
  spotMaxPrice: z.number().optional(),
  tags: strings.optional(),
  nodeLabels: strings.optional(),
  nodeTaints: z.array(z.string()).optional(),
  proximityPlacementGroupID: z.string().optional(),
  kubeletConfig: open.optional(),
  linuxOSConfig: open.optional(),
  enableEncryptionAtHost: z.boolean().optional(),
  enableUltraSSD: z.boolean().optional(),
  enableFIPS: z.boolean().optional(),
  gpuInstanceProfile: z.enum(['MIG1g', 'MIG2g', 'MIG3g', 'MIG4g', 'MIG7g']).optional(),
  creationData: z.strictObject({ sourceResourceId: z.string().optional() }).optional(),
  capacityReservationGroupID: z.string().optional(),
  hostGroupID: z.string().optional(),
  networkProfile: open.optional(),
  windowsProfile: open.optional(),
  securityProfile: z
    .strictObject({
      enableVTPM: z.boolean().optional(),
      enableSecureBoot: z.boolean().optional(),
      sshAccess: z.enum(['LocalUser', 'Disabled']).optional(),
    })
    .optional(),
  gpuProfile: z.strictObject({ driver: z.enum(['Install', 'None']).optional() }).optional(),
  gatewayProfile: open.optional(),
  artifactStreamingProfile: open.optional(),
  virtualMachinesProfile: open.optional(),
  virtualMachineNodesStatus: z.array(z.unknown()).optional(),
  localDNSProfile: open.optional(),
  nodeImageVersion: z.string().optional(),
  currentOrchestratorVersion: z.string().optional(),
  provisioningState: z.string().optional(),
  eTag: z.string().optional(),
  status: open.optional(),
})

/** The whole request body. */
export const requestBodySchema = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.string().optional(),
  systemData: open.optional(),
  properties: requestPropertiesSchema.optional(),
})

export type RequestProperties = z.infer<typeof requestPropertiesSchema>

const READ_ONLY = new Set(['currentOrchestratorVersion', 'provisioningState', 'eTag', 'status'])

export function withoutReadOnly(properties: RequestProperties): RequestProperties {
  return Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => !READ_ONLY.has(name) && value !== undefined),
  )
}

/** What an accepted pool always has. Its power state is a fact beside them, not a wish to be repeated. */
export type PoolProperties = Omit<RequestProperties, 'powerState'> & {
  count: number
  vmSize: string
  osDiskSizeGB: number
  maxPods: number
  mode: 'System' | 'User' | 'Gateway'
}

/** AKS refuses to change these on an existing pool. */
export const IMMUTABLE: readonly (keyof RequestProperties)[] = [
  'vmSize',
  'osDiskSizeGB',
  'osDiskType',
  'kubeletDiskType',
  'vnetSubnetID',
  'podSubnetID',
  'maxPods',
  'osType',
  'type',
  'availabilityZones',
  'scaleSetPriority',
  'scaleSetEvictionPolicy',
  'proximityPlacementGroupID',
  'gpuInstanceProfile',
  'gpuProfile',
  'hostGroupID',
  'capacityReservationGroupID',
]
