import type { ErrorDetail } from '../arm/arm-error.ts'

interface AllocationContext {
  vmSize: string
  location: string
  zone?: string
  message?: string
}

const GUIDANCE =
  'Please read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance.'
const CONSTRAINED =
  'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. Please remove some constraints and try again. Constraints applied are:'

type Wording = (context: AllocationContext) => { message: string; target?: string; prefix?: string }

const WORDINGS: Record<string, Wording> = {
  AllocationFailed: () => ({
    prefix: 'original error: ',
    message: `Allocation failed. If you are trying to add a new VM to a Virtual Machine Scale Set with a single placement group or update/resize an existing VM in a Virtual Machine Scale Set with a single placement group, please note that such allocation is scoped to a single cluster, and it is possible that the cluster is out of capacity. ${GUIDANCE}`,
    target: '243',
  }),
  ZonalAllocationFailed: ({ vmSize, zone }) => ({
    message: `Allocation failed. We do not have sufficient capacity for the requested VM size ${vmSize} in zone ${zone ?? '1'}. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance`,
  }),
  SkuNotAvailable: ({ vmSize, location }) => ({
    message: `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${vmSize}' is currently not available in location '${location}'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
    target: 'sku.name',
  }),
  OverconstrainedAllocationRequest: () => ({
    message: `${CONSTRAINED}\n  - Differencing (Ephemeral) Disks\n  - Networking Constraints (such as Accelerated Networking or IPv6)\n  - Subscription Pinning\n  - VM Size\n`,
    target: '0',
  }),
  OverconstrainedZonalAllocationRequest: () => ({
    prefix: 'original error: ',
    message: `${CONSTRAINED}\n  - Availability Zone\n  - Networking Constraints (such as Accelerated Networking or IPv6)\n  - VM Size\n`,
    target: '6',
  }),
  AKSOperationPreemptedByDelete: () => ({ message: 'This operation has been preempted by Deleting operation.' }),
  NodesNotReady: () => ({ message: 'Not all nodes reached Ready state. Expected: 1, Actual: 0' }),
  InternalOperationError: () => ({ message: 'Internal server error' }),
}

const NESTED = new Set([
  'AllocationFailed',
  'ZonalAllocationFailed',
  'SkuNotAvailable',
  'OverconstrainedAllocationRequest',
  'OverconstrainedZonalAllocationRequest',
])

/** How a failed operation tells its reason: compute codes quote the compute error once more inside the message. */
export function provisioningError(code: string, context: AllocationContext): ErrorDetail {
  const wording = WORDINGS[code]?.(context) ?? { message: `The operation failed with ${code}.` }
  const message = context.message ?? wording.message
  if (!NESTED.has(code)) return { code, message }
  const { prefix = '', target } = wording
  const quotedTarget = target && code !== 'ZonalAllocationFailed' ? ` Target="${target}"` : ''
  return {
    code,
    message: `${prefix}Code="${code}" Message="${message}"${quotedTarget}`,
    details: [{ code, message, ...(target && { target }) }],
  }
}
