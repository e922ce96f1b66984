import { type AzureError, bare, wrapped } from './azure-error.ts'

const IN_PROGRESS =
  'is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details'

/** Answers to a request. Texts from Azure's documentation and public logs. */
export const SYNCHRONOUS_ERRORS: AzureError[] = [
  {
    name: 'regional quota',
    reason: 'QuotaExceeded',
    status: 400,
    body: bare(
      'ErrCode_InsufficientVCPUQuota',
      'Insufficient regional vcpu quota left for location westus2. left regional vcpu quota 4, requested quota 6. If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas.',
    ),
  },
  {
    name: 'family quota',
    reason: 'QuotaExceeded',
    status: 400,
    body: bare(
      'ErrCode_InsufficientVCPUQuota',
      'Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus.',
    ),
  },
  {
    name: 'size not offered to the subscription',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'VMSizeNotSupported',
      "Virtual Machine size: 'Standard_NC6s_v3' is not supported for subscription 0000 in location 'eastus'. Please refer to aka.ms/aks/vm-size-selector to find supported VM sizes in location 'eastus'.",
    ),
  },
  {
    name: 'size not offered, as BadRequest',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'BadRequest',
      "Virtual Machine size: 'Standard_NC6s_v3' is not supported for subscription 0000 in location 'eastus'.",
    ),
  },
  {
    name: 'size not allowed, older wording',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'BadRequest',
      "The VM size of AgentPoolProfile:ws1 is not allowed in your subscription in location 'eastus'. The available VM sizes are 'Standard_A2_v2'",
    ),
  },
  {
    name: 'size not in the region, as InvalidParameter',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare('InvalidParameter', 'The requested VM size Standard_D4s_v3 is not available in the current region', {
      target: 'vmSize',
    }),
  },
  {
    name: 'size restricted by AKS',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'BadRequest',
      'The VM SKUs chosen for agentpool(s) `AgentPoolProfile:test` are restricted by AKS. This is typically due to small CPU/Memory.',
    ),
  },
  {
    name: 'zone without the size',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'AvailabilityZoneNotSupported',
      "Preflight validation check for resource(s) for container service failed. Message: The zone(s) '1' for resource 'agentpoolName' is not supported.The supported zones for location 'eastus' are '2','3'",
    ),
  },
  {
    name: 'another pool at work',
    reason: 'ClusterBusy',
    status: 409,
    body: bare(
      'OperationNotAllowed',
      `Operation is not allowed: Another agentpool operation (user - Creating) ${IN_PROGRESS}`,
    ),
  },
  {
    name: 'cluster at work',
    reason: 'ClusterBusy',
    status: 409,
    body: bare('OperationNotAllowed', `Operation is not allowed: Another operation (Updating) ${IN_PROGRESS}`),
  },
  {
    name: 'busy in words nobody knows',
    reason: 'ClusterBusy',
    status: 409,
    body: bare('OperationNotAllowed', 'Come back later.'),
  },
  {
    name: 'immutable property',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('PropertyChangeNotAllowed', "Changing property 'properties.vmSize' is not allowed.", {
      target: 'properties.vmSize',
    }),
  },
  {
    name: 'reserved label',
    reason: 'InvalidRequest',
    status: 400,
    body: bare(
      'BadRequest',
      "Invalid node label key kubernetes.azure.com/a. The 'kubernetes.azure.com' prefix is preserved by aks system labels",
    ),
  },
  {
    name: 'other invalid parameter',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('InvalidParameter', 'The value of parameter agentPoolProfile.count is invalid.'),
  },
  {
    name: 'cluster without scale sets',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('AgentPoolAPIsNotSupported', 'Agentpool APIs supported only on clusters created with VMSS.'),
  },
  {
    name: 'subnet full',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('InsufficientSubnetSize', 'Pre-allocated IPs 310 exceeds IPs available 251 in Subnet Cidr 10.0.0.0/24'),
  },
  {
    name: 'throttled by AKS',
    reason: 'Throttled',
    status: 429,
    body: bare(
      'Throttled',
      "The PutAgentPoolHandler.PUT request limit has been exceeded for SubID='0000', please retry again in 7 seconds.",
    ),
  },
  {
    name: 'throttled by Resource Manager',
    reason: 'Throttled',
    status: 429,
    body: wrapped(
      'SubscriptionRequestsThrottled',
      "Number of requests for subscription '0000' exceeded the backend storage limit.",
    ),
  },
  { name: 'throttled without a body', reason: 'Throttled', status: 429, body: undefined },
  {
    name: 'cluster missing',
    reason: 'InvalidRequest',
    status: 404,
    body: wrapped(
      'ResourceNotFound',
      "The Resource 'Microsoft.ContainerService/managedClusters/X' under resource group 'rg' was not found.",
    ),
  },
  {
    name: 'parent missing',
    reason: 'InvalidRequest',
    status: 404,
    body: wrapped(
      'ParentResourceNotFound',
      "Failed to perform 'write' on resource(s) of type 'managedClusters/agentPools', because the parent resource could not be found.",
    ),
  },
  {
    name: 'resource group missing',
    reason: 'InvalidRequest',
    status: 404,
    body: wrapped('ResourceGroupNotFound', "Resource group 'rg' could not be found."),
  },
  {
    name: 'subscription malformed',
    reason: 'InvalidRequest',
    status: 400,
    body: wrapped(
      'InvalidSubscriptionId',
      "The provided subscription identifier 'subscription' is malformed or invalid.",
    ),
  },
  {
    name: 'no right on the subnet',
    reason: 'Unauthorized',
    status: 403,
    body: wrapped(
      'LinkedAuthorizationFailed',
      'The client has permission to perform action but not on the linked scope',
    ),
  },
  {
    name: 'no role',
    reason: 'Unauthorized',
    status: 403,
    body: wrapped(
      'AuthorizationFailed',
      "The client 'c' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/agentPools/write'",
    ),
  },
  { name: 'no right, no code', reason: 'Unauthorized', status: 403, body: undefined },
  {
    name: 'expired token',
    reason: 'Unauthorized',
    status: 401,
    body: wrapped('ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time'),
  },
  {
    name: 'policy',
    reason: 'PolicyDenied',
    status: 403,
    body: wrapped('RequestDisallowedByPolicy', "Resource 'ws1' was disallowed by policy."),
  },
  { name: 'server in trouble', reason: 'CloudUnreachable', status: 503, body: wrapped('ServerBusy', 'try later') },
  {
    name: 'server in trouble, saying quota',
    reason: 'CloudUnreachable',
    status: 500,
    body: bare('InternalServerError', 'vcpu quota service timed out'),
  },
  { name: 'gateway page', reason: 'CloudUnreachable', status: 502, body: undefined },
  {
    name: 'bad request of an unknown kind',
    reason: 'Unknown',
    status: 400,
    body: bare('BadRequest', 'Something is off.'),
  },
  {
    name: 'unknown code',
    reason: 'Unknown',
    status: 400,
    body: bare('SomethingNew', 'VM size quota is not available in zone'),
  },
  { name: 'no body', reason: 'Unknown', status: 400, body: undefined },
  { name: 'refused without saying why', reason: 'Unknown', status: 400, body: bare('OperationNotAllowed', 'No.') },
  {
    name: 'stopped cluster',
    reason: 'ClusterStopped',
    status: 400,
    body: bare('OperationNotAllowed', 'Operation is not allowed: the managed cluster is stopped'),
  },
]
