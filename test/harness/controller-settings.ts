import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeHttp } from './kube-http.ts'
import type { NodesChoice } from './nodes-choice.ts'
import { AZURE_TOKEN_AUDIENCE, serviceAccountToken } from './service-account-token.ts'

/** What a controller must be told to find its cluster in Azure. */
type AzureIdentity = Record<
  'subscriptionId' | 'resourceGroup' | 'cluster' | 'location' | 'tenantId' | 'clientId',
  string
>

/** An Azure and how to reach it. */
export interface AzureAccess {
  identity: AzureIdentity
  /** Of Resource Manager and of Entra ID alike. */
  url: string
  /** File with the certificate authority to trust. */
  caFile: string
}

interface EmulatedAzure {
  url: string
  ca: string
  settings(): AzureIdentity
}

/** Writes the certificate authority of an emulated Azure into the folder. */
export async function azureAccess(azure: EmulatedAzure, folder: string): Promise<AzureAccess> {
  const caFile = join(folder, 'azure-ca.pem')
  await writeFile(caFile, azure.ca)
  return { identity: azure.settings(), url: azure.url, caFile }
}

interface Parts {
  folder: string
  kubeconfigPath: string
  azure: AzureAccess
  kube: KubeHttp
  nodes?: NodesChoice
}

/** Environment of each controller on a cluster without charts: what these and workload identity would set. */
export async function controllerSettings({ folder, kubeconfigPath, azure, kube, nodes = {} }: Parts) {
  const tokenFile = join(folder, 'azure-identity-token')
  await writeFile(tokenFile, await federatedToken(kube), { mode: 0o600 })
  const { subscriptionId, resourceGroup, cluster, location, tenantId, clientId } = azure.identity
  const common = { KUBECONFIG: kubeconfigPath, METRICS_PORT: '0', HEALTH_PROBE_PORT: '0' }
  return {
    'workspace-controller': { ...common, ...nodeVariables(nodes) },
    'gpu-provisioner': {
      ...common,
      ARM_SUBSCRIPTION_ID: subscriptionId,
      ARM_RESOURCE_GROUP: resourceGroup,
      AZURE_CLUSTER_NAME: cluster,
      LOCATION: location,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
      ...azureEndpoints(azure),
    },
  }
}

/** As the chart writes them. */
function nodeVariables({ provisioner, profile, settings }: NodesChoice): Record<string, string> {
  return {
    ...(provisioner !== undefined && { NODE_PROVISIONER: provisioner }),
    ...(profile !== undefined && { NODE_BACKEND: profile }),
    ...(settings !== undefined && { NODE_BACKEND_SETTINGS: JSON.stringify(settings) }),
  }
}

/** Variables that lead to another Azure than the public one. */
export function azureEndpoints({ url, caFile }: AzureAccess): Record<string, string> {
  return { ARM_ENDPOINT: url, AZURE_AUTHORITY_HOST: url, NODE_EXTRA_CA_CERTS: caFile }
}

async function federatedToken(kube: KubeHttp): Promise<string> {
  const account = { namespace: 'gpu-provisioner', name: 'gpu-provisioner' }
  await kube.ask(`/api/v1/namespaces/${account.namespace}/serviceaccounts`, {
    method: 'POST',
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name } },
  })
  return serviceAccountToken(kube, account, [AZURE_TOKEN_AUDIENCE])
}
