import { poolBody } from '../agent-pools/pool-body.ts'
import { type Cloud, clusterId, nodeResourceGroup } from '../cloud.ts'

/** The managed cluster as AKS answers it. */
export function clusterBody(cloud: Cloud): Record<string, unknown> {
  const { settings, cluster, pools } = cloud
  const { kubernetesVersion, location, tenantId } = settings
  const dnsPrefix = `${settings.cluster}-dns`
  return {
    id: clusterId(settings),
    name: settings.cluster,
    type: 'Microsoft.ContainerService/ManagedClusters',
    location,
    eTag: cluster.etag,
    sku: { name: 'Base', tier: 'Standard' },
    identity: { type: 'SystemAssigned', principalId: settings.clientId, tenantId },
    properties: {
      provisioningState: cluster.operation ?? 'Succeeded',
      powerState: { code: cluster.powerState },
      kubernetesVersion,
      currentKubernetesVersion: kubernetesVersion,
      dnsPrefix,
      fqdn: `${dnsPrefix}.hcp.${location}.azmk8s.io`,
      azurePortalFQDN: `${dnsPrefix}.portal.hcp.${location}.azmk8s.io`,
      agentPoolProfiles: [...pools.values()].map((pool) => {
        const { name, properties } = poolBody(pool, settings)
        return { name, ...properties }
      }),
      nodeResourceGroup: nodeResourceGroup(settings),
      enableRBAC: true,
      supportPlan: 'KubernetesOfficial',
      maxAgentPools: settings.maxAgentPools,
      disableLocalAccounts: false,
      networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', loadBalancerSku: 'standard' },
      oidcIssuerProfile: { enabled: true, issuerURL: `https://${location}.oic.prod-aks.azure.com/${tenantId}/` },
      securityProfile: { workloadIdentity: { enabled: true } },
    },
  }
}
