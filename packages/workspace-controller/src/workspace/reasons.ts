/** Reasons of a Workspace's own; those of its nodes come up unchanged from `REASONS` of the api package. */
export const WORKSPACE_REASONS = {
  nodesReady: 'NodesReady',
  nodesNotReady: 'NodesNotReady',
  claimsReady: 'ClaimsReady',
  workloadStarting: 'WorkloadStarting',
  workloadFailing: 'WorkloadFailing',
  workloadReady: 'WorkloadReady',
  workspaceReady: 'WorkspaceReady',
  nodesGivenBack: 'NodesGivenBack',
  notReadyInTime: 'NotReadyInTime',
  secretNotUsable: 'SecretNotUsable',
  configNotUsable: 'ConfigNotUsable',
  unknownPreset: 'UnknownPreset',
  unknownInstanceType: 'UnknownInstanceType',
  instanceTypeTooSmall: 'InstanceTypeTooSmall',
  notSupported: 'NotSupported',
  invalidRequest: 'InvalidRequest',
  limitReached: 'LimitReached',
  nameConflict: 'NameConflict',
  unauthorized: 'Unauthorized',
} as const

/** What keeps a Pod from serving, under KAITO's names where it has them; of several the first of this list is told. */
export const POD_REASONS = [
  'ContainerOOMKilled',
  'ImagePullError',
  'ContainerStartError',
  'ContainerCrashLoopBackOff',
  'NodeDiskPressure',
  'NodeMemoryPressure',
  'PodEvicted',
  'NodeLost',
  'Unschedulable',
] as const

export type PodReason = (typeof POD_REASONS)[number]
