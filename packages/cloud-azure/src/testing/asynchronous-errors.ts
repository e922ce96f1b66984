import { type AzureError, bare, inner } from './azure-error.ts'

const QUOTA_TAIL =
  'Additional details - Deployment Model: Resource Manager, Location: westus2, Current Limit: 100, Current Usage: 96, Additional Required: 32, (Minimum) New Limit Required: 128. Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/ by specifying parameters listed in the ‘Details’ section for deployment to succeed.'
const CONSTRAINTS =
  'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. Please remove some constraints and try again. Constraints applied are:\n  - Availability Zone\n  - Low Priority VMs\n  - VM Size\n'
const ALLOCATION =
  'Allocation failed. If you are trying to add a new VM to a Virtual Machine Scale Set with a single placement group or update/resize an existing VM in a Virtual Machine Scale Set with a single placement group, please note that such allocation is scoped to a single cluster, and it is possible that the cluster is out of capacity.'

/** What a failed pool keeps. Texts as captured by Azure/karpenter-provider-azure. */
export const ASYNCHRONOUS_ERRORS: AzureError[] = [
  {
    name: 'family quota',
    reason: 'QuotaExceeded',
    body: inner(
      'OperationNotAllowed',
      `Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. ${QUOTA_TAIL}`,
      'QuotaExceeded',
    ),
  },
  {
    name: 'spot quota',
    reason: 'QuotaExceeded',
    body: {
      code: 'QuotaExceeded',
      details: [
        {
          code: 'OperationNotAllowed',
          message:
            'Operation could not be completed as it results in exceeding approved LowPriorityCores quota. Current Limit: 3, Current Usage: 0, Additional Required: 6, (Minimum) New Limit Required: 6.',
        },
      ],
    },
  },
  {
    name: 'regional quota under a wrapper',
    reason: 'QuotaExceeded',
    body: inner(
      'OperationNotAllowed',
      `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. ${QUOTA_TAIL}`,
      'ReconcileVMSSAgentPoolFailed',
    ),
  },
  {
    name: 'capacity restriction',
    reason: 'SkuNotAvailable',
    body: inner(
      'SkuNotAvailable',
      "The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: Standard_NC6s_v3' is currently not available in location 'eastus'.",
    ),
  },
  { name: 'allocation', reason: 'NoCapacity', body: inner('AllocationFailed', ALLOCATION) },
  {
    name: 'allocation, only quoted',
    reason: 'NoCapacity',
    body: {
      code: 'ReconcileVMSSAgentPoolFailed',
      message: `original error: Code="AllocationFailed" Message="${ALLOCATION}" Target="243"`,
    },
  },
  {
    name: 'allocation, quoted twice',
    reason: 'NoCapacity',
    body: {
      code: 'ReconcileVMSSAgentPoolFailed',
      message: 'Message="Code=\\"AllocationFailed\\" Message=\\"Allocation failed.\\""',
    },
  },
  {
    name: 'zone allocation',
    reason: 'NoCapacity',
    body: inner(
      'ZonalAllocationFailed',
      'Allocation failed. We do not have sufficient capacity for the requested VM size Standard_NC6s_v3 in zone 1.',
    ),
  },
  {
    name: 'constraints in a zone',
    reason: 'NoCapacity',
    body: inner('OverconstrainedZonalAllocationRequest', CONSTRAINTS),
  },
  { name: 'constraints', reason: 'NoCapacity', body: inner('OverconstrainedAllocationRequest', CONSTRAINTS) },
  {
    name: 'region under heavy use',
    reason: 'NoCapacity',
    body: bare('AksCapacityHeavyUsage', 'AKS is under heavy usage in the region.'),
  },
  {
    name: 'subnet full',
    reason: 'InvalidRequest',
    body: bare('SubnetIsFull', 'Subnet aks-subnet does not have enough capacity for 1 IP addresses.'),
  },
  {
    name: 'preempted by a deletion',
    reason: 'ClusterBusy',
    body: bare('AKSOperationPreemptedByDelete', 'This operation has been preempted by Deleting operation.'),
  },
  {
    name: 'preempted',
    reason: 'ClusterBusy',
    body: bare('AKSOperationPreempted', 'This operation has been preempted by another operation with ID 1'),
  },
  {
    name: 'nodes not ready',
    reason: 'NodeNotReady',
    body: bare('NodesNotReady', 'Not all nodes reached Ready state. Expected: 1, Actual: 0'),
  },
  {
    name: 'bootstrap',
    reason: 'NodeNotRegistered',
    body: bare(
      'VMExtensionProvisioningError',
      'VM has reported a failure when processing extension vmssCSE. Error message: Enable failed: failed to execute command: command terminated with exit status=50',
    ),
  },
  { name: 'internal', reason: 'Unknown', body: bare('InternalOperationError', 'Internal server error') },
  {
    name: 'wrapper without a cause',
    reason: 'Unknown',
    body: bare('ReconcileVMSSAgentPoolFailed', 'We are unable to serve this request.'),
  },
]
