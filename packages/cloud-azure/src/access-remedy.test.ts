import { expect, test } from 'vitest'
import { accessRemedy } from './access-remedy.ts'

const place = { subscriptionId: 'sub-1', resourceGroup: 'rg1', clusterName: 'aks1', clientId: 'client-1' }
const cluster = '/subscriptions/sub-1/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1'
const denied = `The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/agentPools/read' over scope '${cluster}' or the scope is invalid.`
const linked =
  "The client has permission to perform action 'Microsoft.ContainerService/managedClusters/agentPools/write' on scope 'x', however the current tenant does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '/subnets/s' (respectively) or the linked scope(s) are invalid."
const role = (action: string, scope: string) =>
  `Give the identity client-1 a role that allows ${action} on ${scope}: docs/aks.md has one, and the built-in "Azure Kubernetes Service Agent Pool Manager Role" covers agent pools.`

test.each<
  [says: string, status: number, error: [code: string, message: string] | undefined, remedy: string | undefined]
>([
  [
    'names the action that is denied and the scope of the role',
    403,
    ['AuthorizationFailed', denied],
    role('Microsoft.ContainerService/managedClusters/agentPools/read', cluster),
  ],
  [
    'names a linked resource',
    403,
    ['LinkedAuthorizationFailed', linked],
    role('Microsoft.Network/virtualNetworks/subnets/join/action', '/subnets/s'),
  ],
  [
    'names the subscription as the scope of what is read of Compute',
    403,
    [
      'AuthorizationFailed',
      "does not have authorization to perform action 'Microsoft.Compute/skus/read' over scope 'x'",
    ],
    'Give the identity client-1 a role that allows Microsoft.Compute/skus/read on /subscriptions/sub-1: docs/aks.md has one.',
  ],
  ['names the role when Azure names nothing', 403, undefined, role('what it needs', cluster)],
  [
    'names the subscription',
    404,
    ['SubscriptionNotFound', 'x'],
    'Correct ARM_SUBSCRIPTION_ID: there is no subscription sub-1 that this identity can see.',
  ],
  [
    'names a malformed subscription',
    400,
    ['InvalidSubscriptionId', 'x'],
    'Correct ARM_SUBSCRIPTION_ID: there is no subscription sub-1 that this identity can see.',
  ],
  [
    'names the resource group',
    404,
    ['ResourceGroupNotFound', 'x'],
    'Correct ARM_RESOURCE_GROUP: there is no resource group rg1 in subscription sub-1.',
  ],
  [
    'names the cluster',
    404,
    ['ResourceNotFound', 'x'],
    'Correct AZURE_CLUSTER_NAME: there is no cluster aks1 in resource group rg1 of subscription sub-1.',
  ],
  [
    'doubts the endpoint of a 404 that is not Azure’s',
    404,
    undefined,
    'Check ARM_ENDPOINT: what answers there is not Azure Resource Manager.',
  ],
  [
    'names what makes a token a wrong one',
    401,
    ['InvalidAuthenticationTokenTenant', 'x'],
    'Check AZURE_TENANT_ID, ARM_ENDPOINT and AZURE_AUTHORITY_HOST: the token is not one that this Resource Manager takes.',
  ],
  ['has nothing to say of a policy', 403, ['RequestDisallowedByPolicy', 'x'], undefined],
  ['has nothing to say of a bad request', 400, ['InvalidParameter', 'x'], undefined],
])('%s', (_says, status, error, remedy) => {
  const entries = error ? [{ code: error[0], message: error[1] }] : []
  expect(accessRemedy({ status, entries }, place)).toBe(remedy)
})
