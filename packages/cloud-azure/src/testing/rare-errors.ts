import { type AzureError, bare, wrapped } from './azure-error.ts'

/** Answers and failures that users have reported. Texts as they quoted them, without what names them. */
export const RARE_ERRORS: AzureError[] = [
  {
    name: 'cluster changed by something else',
    reason: 'ClusterBusy',
    status: 409,
    body: bare('EtagMismatch', 'Operation is not allowed: Another operation is in progress', {
      details: [{ code: 'Unspecified', message: 'rpc error: code = FailedPrecondition desc = Etag mismatched' }],
    }),
  },
  {
    name: 'overtaken by a deletion',
    reason: 'ClusterBusy',
    body: {
      code: 'ResourceOperationFailure',
      message: 'Failed to save agent pool ws1.',
      details: [{ code: 'OriginalEtagNotExpect', message: 'Original etag not expected' }],
    },
  },
  {
    name: 'overridden',
    reason: 'ClusterBusy',
    body: bare('Canceled', 'The operation was overriden and canceled by a later operation 1.'),
  },
  {
    name: 'ETag without a pool',
    reason: 'ClusterBusy',
    status: 412,
    body: bare(
      'PreconditionFailed',
      'Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.',
    ),
  },
  {
    name: 'size not in the zone, as a failed precondition',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'PreconditionFailed',
      "The requested size for resource ws1 is currently not available in location 'eastus2' zones '1' for subscription 0000.",
    ),
  },
  {
    name: 'size not in the zone, as a template',
    reason: 'SkuNotAvailable',
    status: 400,
    body: wrapped(
      'InvalidTemplateDeployment',
      "The requested size for resource ws1 is currently not available in location 'eastus2' zones '1' for subscription 0000.",
    ),
  },
  {
    name: 'template of an unknown kind',
    reason: 'Unknown',
    status: 400,
    body: wrapped('InvalidTemplateDeployment', 'No.'),
  },
  {
    name: 'size not allowed by AKS',
    reason: 'SkuNotAvailable',
    status: 400,
    body: bare(
      'SkuNotAvailableForSubscription',
      'The SKU Standard_NC24ads_A100_v4 is not available for the subscription.',
    ),
  },
  {
    name: 'region without room for clusters',
    reason: 'NoCapacity',
    body: bare(
      'AKSCapacityError',
      'Creating a new cluster or start cluster is unavailable at this time in region eastus',
    ),
  },
  { name: 'no underlay', reason: 'NoCapacity', body: bare('UnderlayNotFound', 'No available underlay was found.') },
  {
    name: 'region over-constrained',
    reason: 'NoCapacity',
    body: bare('ResourcesOverConstrained', 'The region has no room for the request.'),
  },
  {
    name: 'control plane without room',
    reason: 'NoCapacity',
    body: bare('ControlPlaneProvisioningInternalError', 'The control plane could not be provisioned.'),
  },
  {
    name: 'throttled by Compute behind AKS',
    reason: 'Throttled',
    body: bare(
      'ReconcileVMSSAgentPoolFailed',
      'Category: ClientError; SubCode: TooManyRequests; Dependency: Microsoft.Compute/VirtualMachineScaleSet; GetVMScaleSet3Min allowedRequestCount 200 measured 219',
    ),
  },
  { name: 'throttled late', reason: 'Throttled', body: bare('TooManyRequests', 'Please retry after 1235 seconds') },
  { name: 'throttled late by AKS', reason: 'Throttled', body: bare('Throttled', 'Please retry again in 36 seconds') },
  {
    name: 'throttled late by Resource Manager',
    reason: 'Throttled',
    body: bare('SubscriptionRequestsThrottled', 'Number of requests exceeded the backend storage limit.'),
  },
  {
    name: 'throttled at the door',
    reason: 'Throttled',
    body: bare('TooManyRequestsReceived', 'The server received too many requests.'),
  },
  {
    name: 'drain before the deletion',
    reason: 'DrainBlocked',
    body: {
      code: 'DeleteVMSSAgentPoolFailed',
      message: 'The deletion failed.',
      details: [
        {
          code: 'PodDrainFailure',
          message: "Node 'aks-ws1' failed to be drained with error: 'Drain did not complete pods [a/b] within 10m0s'",
        },
      ],
    },
  },
  {
    name: 'drain before the deletion, in one text',
    reason: 'DrainBlocked',
    body: bare('DeleteVMSSAgentPoolFailed', "Node 'aks-ws1' failed to be drained within 10m0s"),
  },
  {
    name: 'deletion that failed by itself',
    reason: 'Unknown',
    body: bare('DeleteVMSSAgentPoolFailed', 'We are unable to serve this request.'),
  },
  {
    name: 'control plane older than the pool',
    reason: 'ClusterBusy',
    status: 400,
    body: bare(
      'NodePoolMcVersionIncompatible',
      'Node pool version 1.36.1 and control plane version 1.35.4 are incompatible.',
    ),
  },
  {
    name: 'network for so many nodes only',
    reason: 'LimitReached',
    status: 400,
    body: bare(
      'KubenetNodeCountTotalExceedsLimit',
      'The upper limit node count is 1000 which exceeds the limit for Kubenet 400.',
    ),
  },
  { name: 'not valid', reason: 'InvalidRequest', status: 400, body: bare('ValidationError', 'Validation failed.') },
  {
    name: 'more pools than a cluster has',
    reason: 'LimitReached',
    status: 400,
    body: bare('BadRequest', 'The number of agent pools exceeds the maximum of 100 agent pools.'),
  },
  {
    name: 'bootstrap too slow',
    reason: 'NodeNotRegistered',
    body: bare('VMExtensionProvisioningTimeout', 'Provisioning of VM extension vmssCSE has timed out.'),
  },
  {
    name: 'network interface still held',
    reason: 'ClusterBusy',
    body: bare('NicReservedForAnotherVm', 'Nic(s) in request is reserved for another Virtual Machine for 180 seconds.'),
  },
  {
    name: 'last pool',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('OperationNotAllowed', 'There has to be at least one agent pool.'),
  },
  {
    name: 'last system pool',
    reason: 'InvalidRequest',
    status: 400,
    body: bare('BadRequest', 'There has to be at least one system agent pool.'),
  },
  {
    name: 'node auto-provisioning beside autoscaled pools',
    reason: 'InvalidRequest',
    status: 400,
    body: bare(
      'OperationNotAllowed',
      '.properties.nodeProvisioningProfile.mode cannot be Auto while any AgentPools have .properties.enableAutoScaling enabled',
    ),
  },
  {
    name: 'pool through its cluster',
    reason: 'InvalidRequest',
    status: 400,
    body: bare(
      'BadRequest',
      'A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations.',
    ),
  },
  {
    name: 'pool missing',
    reason: 'InvalidRequest',
    status: 404,
    body: bare('NotFound', 'Could not find the agentpool'),
  },
  {
    name: 'subscription missing',
    reason: 'InvalidRequest',
    status: 404,
    body: wrapped('SubscriptionNotFound', "The subscription '0000' could not be found."),
  },
]
