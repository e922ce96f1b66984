import { poolBody } from '../agent-pools/pool-body.ts'
import { type Cloud, clusterId, nodeResourceGroup } from '../cloud.ts'
import { type HttpAnswer, json } from '../http/exchange.ts'
import type { Settings } from '../settings.ts'

/** The clusters of the subscription, or of its one resource group: the one there is. */
export function listClusters(cloud: Cloud): HttpAnswer {
  return json(200, { value: cloud.cluster.exists ? [clusterBody(cloud)] : [] })
}

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
      resourceUID: cluster.uid,
      servicePrincipalProfile: { clientId: 'msi' },
      identityProfile: { kubeletidentity: kubeletIdentity(settings) },
      autoUpgradeProfile: { upgradeChannel: 'none', nodeOSUpgradeChannel: 'None' },
      networkProfile: NETWORK,
      storageProfile: { diskCSIDriver: { enabled: true }, fileCSIDriver: { enabled: true } },
      oidcIssuerProfile: {
        enabled: true,
        issuerURL: `https://${location}.oic.prod-aks.azure.com/${tenantId}/${cluster.uid}/`,
      },
      securityProfile: { workloadIdentity: { enabled: true } },
    },
  }
}

const NETWORK = {
  networkPlugin: 'azure',
  networkPluginMode: 'overlay',
  networkPolicy: 'none',
  networkDataplane: 'azure',
  loadBalancerSku: 'standard',
  outboundType: 'loadBalancer',
  ipFamilies: ['IPv4'],
  podCidr: '10.244.0.0/16',
  podCidrs: ['10.244.0.0/16'],
  serviceCidr: '10.0.0.0/16',
  serviceCidrs: ['10.0.0.0/16'],
  dnsServiceIP: '10.0.0.10',
}

function kubeletIdentity(settings: Settings): Record<string, string> {
  const { subscriptionId, cluster, clientId } = settings
  return {
    resourceId: `/subscriptions/${subscriptionId}/resourcegroups/${nodeResourceGroup(settings)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${cluster}-agentpool`,
    clientId,
    objectId: clientId,
  }
}
