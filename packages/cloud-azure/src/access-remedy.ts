import type { ArmFailure } from './arm-failure.ts'

/** The cluster that is worked on and the identity that does it, as they are set. */
export interface Place {
  subscriptionId: string
  resourceGroup: string
  clusterName: string
  /** Undefined where the credential itself knows who it is. */
  clientId?: string
}

/** Azure names the action, and for a linked resource its scope, in its text and nowhere else. */
const DENIED =
  /(?:permission|authorization) to perform action(?:\(s\))? '([^']+)'(?: on the linked scope\(s\) '([^']+)')?/g

/** What to do when Azure knows the caller, his rights or the cluster not at all; undefined for any other failure. */
export function accessRemedy({ status, entries }: ArmFailure, place: Place): string | undefined {
  const [outer] = entries
  if (status === 401) {
    return 'Check AZURE_TENANT_ID, ARM_ENDPOINT and AZURE_AUTHORITY_HOST: the token is not one that this Resource Manager takes.'
  }
  if (status === 403 && (outer === undefined || /AuthorizationFailed$/.test(outer.code))) {
    return roleRemedy(outer?.message ?? '', place)
  }
  const isAbsence = status === 404 || outer?.code === 'InvalidSubscriptionId'
  return isAbsence ? settingRemedy(outer?.code, place) : undefined
}

function roleRemedy(message: string, place: Place): string {
  const { subscriptionId, resourceGroup, clusterName, clientId } = place
  const cluster = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${clusterName}`
  // A message about a linked resource begins with what is allowed.
  const [, action = 'what it needs', linked] = [...message.matchAll(DENIED)].at(-1) ?? []
  const isOfSubscription = action.startsWith('Microsoft.Compute/')
  const scope = linked ?? (isOfSubscription ? `/subscriptions/${subscriptionId}` : cluster)
  const identity = clientId === undefined ? 'the identity of the gpu-provisioner' : `the identity ${clientId}`
  const builtIn = isOfSubscription
    ? ''
    : ', and the built-in "Azure Kubernetes Service Agent Pool Manager Role" covers agent pools'
  return `Give ${identity} a role that allows ${action} on ${scope}: docs/aks.md has one${builtIn}.`
}

function settingRemedy(code: string | undefined, place: Place): string {
  const { subscriptionId, resourceGroup, clusterName } = place
  switch (code) {
    case 'SubscriptionNotFound':
    case 'InvalidSubscriptionId':
      return `Correct ARM_SUBSCRIPTION_ID: there is no subscription ${subscriptionId} that this identity can see.`
    case 'ResourceGroupNotFound':
      return `Correct ARM_RESOURCE_GROUP: there is no resource group ${resourceGroup} in subscription ${subscriptionId}.`
    case undefined:
      return 'Check ARM_ENDPOINT: what answers there is not Azure Resource Manager.'
    default:
      return `Correct AZURE_CLUSTER_NAME: there is no cluster ${clusterName} in resource group ${resourceGroup} of subscription ${subscriptionId}.`
  }
}
