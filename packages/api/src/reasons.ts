/**
 * Why something is not (yet) as asked: the closed list that travels unchanged from the cloud's answer to the claim's
 * condition and on to the Workspace's.
 */
export const REASONS = [
  'QuotaExceeded',
  'SkuNotAvailable',
  'NoCapacity',
  'Throttled',
  'ClusterBusy',
  'ClusterStopped',
  'PolicyDenied',
  'Unauthorized',
  'InvalidRequest',
  'NameConflict',
  'LimitReached',
  'ClassNotFound',
  'NoProvisioner',
  'PoolCreating',
  'NodeNotRegistered',
  'NodeNotReady',
  'GPUNotRegistered',
  'ClaimGone',
  'GroupIncomplete',
  'DrainBlocked',
  'Deleting',
  'CloudUnreachable',
  'Unknown',
] as const

export type Reason = (typeof REASONS)[number]
