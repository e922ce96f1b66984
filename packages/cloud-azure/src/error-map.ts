import type { Reason } from '@kaito/api'
import type { ArmErrorEntry, ArmFailure } from './arm-failure.ts'

/** A failure understood: why, and in which of Azure's words. */
interface Verdict {
  reason: Reason
  entry: ArmErrorEntry | undefined
}

const QUOTA_TEXT = /exceeding approved .* quota|LowPriorityCores|Submit a request for Quota increase/is
const SIZE_TEXT = /vm size|virtual machine size|vm skus?\b/i
const UNAVAILABLE_TEXT = /not (?:supported|allowed|available)|restricted by aks/i
const STOPPED_TEXT = /\b(?:is|been|currently) (?:stopped|deallocated)|power ?state|on a stopped/i
const IN_PROGRESS_TEXT = /in progress|pending operation|preempted/i
const LAST_POOL_TEXT = /at least one (?:system )?agent pool/i
const SIZE_GONE_TEXT = /requested size|requested vm size/i
const TOO_MANY_POOLS = [/agent pools/i, /exceed/i]

interface Row {
  code: string
  /** Only for a code that means different things: all of these must be in its own text. */
  text?: RegExp[]
  reason: Reason
}

/**
 * Codes in the order Azure nests them. Sources: aks-docs, recorded wire traffic, the error handling of
 * Azure/azure-sdk-for-go-extensions and Azure/karpenter-provider-azure.
 */
export const CODE_ROWS: readonly Row[] = [
  { code: 'ErrCode_InsufficientVCPUQuota', reason: 'QuotaExceeded' },
  { code: 'QuotaExceeded', reason: 'QuotaExceeded' },
  { code: 'SkuNotAvailable', reason: 'SkuNotAvailable' },
  { code: 'SkuNotAvailableForSubscription', reason: 'SkuNotAvailable' },
  { code: 'VMSizeNotSupported', reason: 'SkuNotAvailable' },
  { code: 'AvailabilityZoneNotSupported', reason: 'SkuNotAvailable' },
  { code: 'AllocationFailed', reason: 'NoCapacity' },
  { code: 'ZonalAllocationFailed', reason: 'NoCapacity' },
  { code: 'OverconstrainedAllocationRequest', reason: 'NoCapacity' },
  { code: 'OverconstrainedZonalAllocationRequest', reason: 'NoCapacity' },
  { code: 'AksCapacityHeavyUsage', reason: 'NoCapacity' },
  { code: 'AKSCapacityError', reason: 'NoCapacity' },
  { code: 'UnderlayNotFound', reason: 'NoCapacity' },
  { code: 'ResourcesOverConstrained', reason: 'NoCapacity' },
  { code: 'ControlPlaneProvisioningInternalError', reason: 'NoCapacity' },
  { code: 'OperationNotAllowed', text: [QUOTA_TEXT], reason: 'QuotaExceeded' },
  { code: 'OperationNotAllowed', text: [STOPPED_TEXT], reason: 'ClusterStopped' },
  { code: 'OperationNotAllowed', text: [IN_PROGRESS_TEXT], reason: 'ClusterBusy' },
  { code: 'OperationNotAllowed', text: [LAST_POOL_TEXT], reason: 'InvalidRequest' },
  { code: 'OperationNotAllowed', text: [/nodeProvisioningProfile/], reason: 'InvalidRequest' },
  { code: 'AKSOperationPreempted', reason: 'ClusterBusy' },
  { code: 'AKSOperationPreemptedByDelete', reason: 'ClusterBusy' },
  { code: 'EtagMismatch', reason: 'ClusterBusy' },
  { code: 'OriginalEtagNotExpect', reason: 'ClusterBusy' },
  { code: 'Canceled', reason: 'ClusterBusy' },
  { code: 'NodePoolMcVersionIncompatible', reason: 'ClusterBusy' },
  { code: 'NicReservedForAnotherVm', reason: 'ClusterBusy' },
  { code: 'PreconditionFailed', text: [SIZE_GONE_TEXT, UNAVAILABLE_TEXT], reason: 'SkuNotAvailable' },
  { code: 'PreconditionFailed', text: [/etag/i], reason: 'ClusterBusy' },
  { code: 'InvalidTemplateDeployment', text: [SIZE_GONE_TEXT, UNAVAILABLE_TEXT], reason: 'SkuNotAvailable' },
  { code: 'ReconcileVMSSAgentPoolFailed', text: [/TooManyRequests/], reason: 'Throttled' },
  { code: 'Throttled', reason: 'Throttled' },
  { code: 'TooManyRequests', reason: 'Throttled' },
  { code: 'TooManyRequestsReceived', reason: 'Throttled' },
  { code: 'SubscriptionRequestsThrottled', reason: 'Throttled' },
  { code: 'BadRequest', text: TOO_MANY_POOLS, reason: 'LimitReached' },
  { code: 'KubenetNodeCountTotalExceedsLimit', reason: 'LimitReached' },
  { code: 'BadRequest', text: [SIZE_TEXT, UNAVAILABLE_TEXT], reason: 'SkuNotAvailable' },
  { code: 'BadRequest', text: [/node label|node taint/i], reason: 'InvalidRequest' },
  { code: 'BadRequest', text: [LAST_POOL_TEXT], reason: 'InvalidRequest' },
  { code: 'BadRequest', text: [/new agent pool was introduced/i], reason: 'InvalidRequest' },
  { code: 'InvalidParameter', text: [SIZE_TEXT, UNAVAILABLE_TEXT], reason: 'SkuNotAvailable' },
  { code: 'InvalidParameter', reason: 'InvalidRequest' },
  { code: 'PropertyChangeNotAllowed', reason: 'InvalidRequest' },
  { code: 'AgentPoolAPIsNotSupported', reason: 'InvalidRequest' },
  { code: 'InsufficientSubnetSize', reason: 'InvalidRequest' },
  { code: 'SubnetIsFull', reason: 'InvalidRequest' },
  { code: 'ValidationError', reason: 'InvalidRequest' },
  { code: 'ParentResourceNotFound', reason: 'InvalidRequest' },
  { code: 'ResourceGroupNotFound', reason: 'InvalidRequest' },
  { code: 'SubscriptionNotFound', reason: 'InvalidRequest' },
  { code: 'InvalidSubscriptionId', reason: 'InvalidRequest' },
  { code: 'RequestDisallowedByPolicy', reason: 'PolicyDenied' },
  { code: 'LinkedAuthorizationFailed', reason: 'Unauthorized' },
  { code: 'AuthorizationFailed', reason: 'Unauthorized' },
  { code: 'NodesNotReady', reason: 'NodeNotReady' },
  { code: 'VMExtensionProvisioningError', reason: 'NodeNotRegistered' },
  { code: 'VMExtensionProvisioningTimeout', reason: 'NodeNotRegistered' },
  { code: 'PodDrainFailure', reason: 'DrainBlocked' },
  { code: 'DeleteVMSSAgentPoolFailed', text: [/drain/i], reason: 'DrainBlocked' },
]

/** Statuses that say enough whatever the code; a matching row of the table still comes first. */
function reasonOfStatus(status: number | undefined): Reason {
  if (status === undefined) return 'Unknown'
  if (status === 401 || status === 403) return 'Unauthorized'
  if (status === 404) return 'InvalidRequest'
  if (status === 409 || status === 412) return 'ClusterBusy'
  return 'Unknown'
}

function rowOf({ code, message }: ArmErrorEntry): Row | undefined {
  return CODE_ROWS.find((row) => row.code === code && (row.text ?? []).every((pattern) => pattern.test(message)))
}

/** The one translation of Azure's answers and of `status.provisioningError` into a reason. */
export function verdict({ status, entries }: ArmFailure): Verdict {
  const outer = entries[0]
  if (status === 429) return { reason: 'Throttled', entry: outer }
  if (status === 408 || (status !== undefined && status >= 500)) return { reason: 'CloudUnreachable', entry: outer }
  for (const entry of entries) {
    const row = rowOf(entry)
    if (row) return { reason: row.reason, entry }
  }
  return { reason: reasonOfStatus(status), entry: outer }
}

/**
 * Whether Azure refused an operation without a word that tells why. A stopped cluster is refused like this, in words
 * that nobody has recorded: ask the cluster for its power state.
 */
export function isUnexplained({ status, entries }: ArmFailure): boolean {
  const isClientError = status !== undefined && status >= 400 && status < 500
  return isClientError && entries[0]?.code === 'OperationNotAllowed' && !entries.some(rowOf)
}

const PARENT_CODES = new Set([
  'ParentResourceNotFound',
  'ResourceGroupNotFound',
  'SubscriptionNotFound',
  'InvalidSubscriptionId',
])

/**
 * Whether a refused read of an agent pool proves that there is none. `ambiguous`: Resource Manager says this of a missing
 * cluster too, so only a cluster that is there makes it a proof.
 */
export function poolAbsence({ status, entries }: ArmFailure): 'proven' | 'ambiguous' | 'no' {
  if (status !== 404 || entries.some(({ code }) => PARENT_CODES.has(code))) return 'no'
  const [outer] = entries
  if (outer?.code === 'NotFound') return 'proven'
  return outer?.code === 'ResourceNotFound' ? 'ambiguous' : 'no'
}
