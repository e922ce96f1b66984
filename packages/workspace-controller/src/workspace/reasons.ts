/** Reasons of a Workspace's own; those of its nodes come up unchanged from `REASONS` of the api package. */
export const WORKSPACE_REASONS = {
  nodesReady: 'NodesReady',
  nodesNotReady: 'NodesNotReady',
  workloadStarting: 'WorkloadStarting',
  workloadFailing: 'WorkloadFailing',
  workloadReady: 'WorkloadReady',
  workspaceReady: 'WorkspaceReady',
  unknownPreset: 'UnknownPreset',
  unknownInstanceType: 'UnknownInstanceType',
  instanceTypeTooSmall: 'InstanceTypeTooSmall',
  notSupported: 'NotSupported',
  invalidRequest: 'InvalidRequest',
  limitReached: 'LimitReached',
  nameConflict: 'NameConflict',
  unauthorized: 'Unauthorized',
} as const
