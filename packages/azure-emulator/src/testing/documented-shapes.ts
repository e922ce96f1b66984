import { z } from 'zod'

const strings = z.array(z.string())
const dictionary = z.record(z.string(), z.string())
const open = z.record(z.string(), z.unknown())
const armId = z.string().regex(/^\/subscriptions\/[^/]+(\/[^/]+)+$/)
const time = z.iso.datetime()

function membersOf<Type extends z.ZodType>(type: Type, names: string): Record<string, z.ZodOptional<Type>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type.optional()]))
}

function oneOf(values: string): z.ZodOptional<z.ZodEnum<Record<string, string>>> {
  return z.enum(values.split(' ')).optional()
}

const powerState = z.strictObject({ code: oneOf('Running Stopped') })

const errorDetail = z.strictObject({
  code: z.string().min(1),
  message: z.string().min(1),
  target: z.string().optional(),
  get details() {
    return z.array(errorDetail).optional()
  },
  additionalInfo: z.array(open).optional(),
})

/** `ErrorResponse` of Azure Resource Manager, or the bare body recorded from AKS, which the description does not have. */
export const errorBody = z.union([
  z.strictObject({ error: errorDetail }),
  z.strictObject({ ...errorDetail.shape, details: z.array(errorDetail).nullable(), subcode: z.string() }),
])

// `ManagedClusterAgentPoolProfileProperties`; nested profiles that no client of ours writes are left open.
const writable = {
  ...membersOf(z.int().min(0), 'count maxCount minCount maxPods'),
  ...membersOf(
    z.string(),
    'vmSize messageOfTheDay vnetSubnetID podSubnetID orchestratorVersion nodeImageVersion nodePublicIPPrefixID proximityPlacementGroupID capacityReservationGroupID hostGroupID',
  ),
  ...membersOf(z.boolean(), 'enableAutoScaling enableNodePublicIP enableEncryptionAtHost enableUltraSSD enableFIPS'),
  ...membersOf(
    open,
    'kubeletConfig linuxOSConfig networkProfile windowsProfile gatewayProfile artifactStreamingProfile virtualMachinesProfile localDNSProfile',
  ),
  ...membersOf(strings, 'availabilityZones nodeTaints'),
  ...membersOf(dictionary, 'tags nodeLabels'),
  osDiskSizeGB: z.int().min(0).max(2048).optional(),
  osDiskType: oneOf('Managed Ephemeral'),
  kubeletDiskType: oneOf('OS Temporary'),
  workloadRuntime: oneOf('OCIContainer WasmWasi KataVmIsolation'),
  podIPAllocationMode: oneOf('DynamicIndividual StaticBlock'),
  osType: oneOf('Linux Windows'),
  osSKU: oneOf(
    'Ubuntu Ubuntu2204 Ubuntu2404 AzureLinux AzureLinux3 AzureContainerLinux CBLMariner Windows2019 Windows2022 Windows2025',
  ),
  scaleDownMode: oneOf('Delete Deallocate'),
  type: oneOf('VirtualMachineScaleSets AvailabilitySet VirtualMachines'),
  mode: oneOf('System User Gateway'),
  scaleSetPriority: oneOf('Spot Regular'),
  scaleSetEvictionPolicy: oneOf('Delete Deallocate'),
  spotMaxPrice: z.number().optional(),
  gpuInstanceProfile: oneOf('MIG1g MIG2g MIG3g MIG4g MIG7g'),
  powerState: powerState.optional(),
  gpuProfile: z.strictObject({ driver: oneOf('Install None') }).optional(),
  creationData: z.strictObject({ sourceResourceId: z.string().optional() }).optional(),
  upgradeSettings: z
    .strictObject({
      ...membersOf(z.string(), 'maxSurge maxUnavailable'),
      ...membersOf(z.int(), 'drainTimeoutInMinutes nodeSoakDurationInMinutes'),
      undrainableNodeBehavior: oneOf('Cordon Schedule'),
    })
    .optional(),
  securityProfile: z
    .strictObject({ ...membersOf(z.boolean(), 'enableVTPM enableSecureBoot'), sshAccess: oneOf('LocalUser Disabled') })
    .optional(),
}

/** What a client may send: no read-only member among it. */
export const poolRequest = z.strictObject({ properties: z.strictObject(writable) })

// The description requires none of these; every recorded answer has them.
const poolAnswer = z.strictObject({
  ...writable,
  count: z.int().min(0),
  vmSize: z.string().min(1),
  eTag: z.string().min(1),
  provisioningState: z.string().min(1),
  powerState: powerState.required(),
  currentOrchestratorVersion: z.string().optional(),
  virtualMachineNodesStatus: z.array(open).optional(),
  status: z.strictObject({ provisioningError: errorDetail.optional() }).optional(),
})

function proxyResource<Properties extends z.ZodType>(type: string, properties: Properties) {
  return { id: armId, name: z.string().min(1), type: z.literal(type), systemData: open.optional(), properties }
}

const POOL_TYPE = 'Microsoft.ContainerService/managedClusters/agentPools'

export const agentPool = z.strictObject(proxyResource(POOL_TYPE, poolAnswer))

export const machine = z.strictObject({
  ...proxyResource(
    `${POOL_TYPE}/machines`,
    z.strictObject({
      network: z.strictObject({
        ipAddresses: z.array(z.strictObject({ family: oneOf('IPv4 IPv6'), ip: z.union([z.ipv4(), z.ipv6()]) })),
      }),
      resourceId: armId,
    }),
  ),
  zones: strings.optional(),
})

const versions = z.array(
  z.strictObject({ kubernetesVersion: z.string(), ...membersOf(z.boolean(), 'default isPreview') }),
)

export const upgradeProfile = z.strictObject(
  proxyResource(
    `${POOL_TYPE}/upgradeProfiles`,
    z.strictObject({
      kubernetesVersion: z.string(),
      osType: z.enum(['Linux', 'Windows']),
      upgrades: versions.optional(),
      recentlyUsedVersions: z.array(open).optional(),
      latestNodeImageVersion: z.string().optional(),
    }),
  ),
)

export const availableVersions = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  properties: z.strictObject({ agentPoolVersions: versions }),
})

/** `ManagedCluster`; of its many profiles those that have members required or fixed. */
export const managedCluster = z.strictObject({
  ...proxyResource(
    'Microsoft.ContainerService/ManagedClusters',
    z.strictObject({
      ...membersOf(
        z.string(),
        'kubernetesVersion currentKubernetesVersion dnsPrefix fqdnSubdomain fqdn privateFQDN azurePortalFQDN nodeResourceGroup diskEncryptionSetID resourceUID',
      ),
      ...membersOf(z.boolean(), 'enableRBAC disableLocalAccounts'),
      ...membersOf(
        open,
        'linuxProfile windowsProfile servicePrincipalProfile podIdentityProfile nodeResourceGroupProfile networkProfile aadProfile autoUpgradeProfile upgradeSettings autoScalerProfile apiServerAccessProfile httpProxyConfig securityProfile storageProfile ingressProfile workloadAutoScalerProfile azureMonitorProfile serviceMeshProfile nodeProvisioningProfile bootstrapProfile aiToolchainOperatorProfile schedulerProfile hostedSystemProfile status',
      ),
      provisioningState: z.string().min(1),
      powerState: powerState.required(),
      maxAgentPools: z.int().min(1),
      agentPoolProfiles: z.array(poolAnswer.extend({ name: z.string().regex(/^[a-z][a-z0-9]{0,11}$/) })),
      addonProfiles: z.record(z.string(), z.looseObject({ enabled: z.boolean() })).optional(),
      identityProfile: z
        .record(z.string(), z.strictObject(membersOf(z.string(), 'resourceId clientId objectId')))
        .optional(),
      oidcIssuerProfile: z.strictObject({ enabled: z.boolean(), issuerURL: z.url() }),
      supportPlan: oneOf('KubernetesOfficial AKSLongTermSupport'),
      publicNetworkAccess: oneOf('Enabled Disabled'),
      metricsProfile: z.strictObject({ costAnalysis: z.strictObject({ enabled: z.boolean() }) }).optional(),
    }),
  ),
  location: z.string().min(1),
  tags: dictionary.optional(),
  eTag: z.string(),
  kind: z.string().optional(),
  sku: z.strictObject({ name: oneOf('Base Automatic'), tier: oneOf('Free Standard Premium') }),
  identity: z.strictObject({
    type: oneOf('SystemAssigned UserAssigned None'),
    ...membersOf(z.string(), 'principalId tenantId'),
    userAssignedIdentities: open.optional(),
  }),
})

/** `OperationStatusResult` of the common types. */
export const operationStatus = z.strictObject({
  ...membersOf(z.string(), 'name'),
  ...membersOf(armId, 'id resourceId'),
  status: z.enum(['InProgress', 'Succeeded', 'Failed', 'Canceled']),
  percentComplete: z.number().min(0).max(100).optional(),
  startTime: time.optional(),
  endTime: time.optional(),
  error: errorDetail.optional(),
})

const capabilities = z.array(z.strictObject({ name: z.string(), value: z.string() }))

export const resourceSku = z.strictObject({
  ...membersOf(z.string(), 'resourceType name tier size family kind'),
  ...membersOf(strings, 'locations apiVersions'),
  ...membersOf(z.array(open), 'costs'),
  locationInfo: z.array(
    z.strictObject({
      location: z.string(),
      zones: strings,
      zoneDetails: z.array(z.strictObject({ name: strings, capabilities })),
    }),
  ),
  capabilities,
  restrictions: z.array(
    z.strictObject({
      type: z.enum(['Location', 'Zone']),
      values: strings,
      restrictionInfo: z.strictObject({ locations: strings, zones: strings.optional() }),
      reasonCode: z.enum(['QuotaId', 'NotAvailableForSubscription']),
    }),
  ),
})

export const usage = z.strictObject({
  unit: z.literal('Count'),
  currentValue: z.int(),
  limit: z.int(),
  name: z.strictObject({ value: z.string(), localizedValue: z.string() }),
})

export function pageOf(item: z.ZodType) {
  return z.strictObject({ value: z.array(item), nextLink: z.url().optional() })
}
