import { createHash } from 'node:crypto'
import type { Settings } from '../settings.ts'
import type { ArmCall } from './call.ts'
import type { Operation } from './operation.ts'

const OPERATIONS_API_VERSION = '2025-03-01'

/** Where to follow an operation: absolute, on the host the client used, and signed. AKS sends no `Retry-After`. */
export function operationHeaders(
  { request }: ArmCall,
  operation: Operation,
  { settings, location }: { settings: Settings; location: boolean },
): Record<string, string> {
  const { subscriptionId, location: region } = settings
  const base = `${request.url.origin}/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/locations/${region}`
  const signature = createHash('sha256').update(`signature of ${operation.id}`).digest('base64url')
  const query = `api-version=${OPERATIONS_API_VERSION}&t=${operation.startedAt.toFixed(0)}&s=${signature}`
  return {
    'azure-asyncoperation': `${base}/operations/${operation.id}?${query}`,
    ...(location && { location: `${base}/operationresults/${operation.id}?${query}` }),
  }
}
