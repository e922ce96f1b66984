/** Names of the contract that both kinds of claim share (karpenter `pkg/apis/v1/labels.go`, `taints.go`). */
export const FINALIZER = 'karpenter.sh/termination'
export const REGISTERED = 'karpenter.sh/registered'
export const INITIALIZED = 'karpenter.sh/initialized'
export const EXCLUDED_FROM_BALANCERS = 'node.kubernetes.io/exclude-from-external-load-balancers'
export const UNREGISTERED_TAINT = { key: 'karpenter.sh/unregistered', effect: 'NoExecute' }

/** Taints that pass by themselves: no node is usable while it has one (karpenter `pkg/scheduling/taints.go`). */
export const PASSING_TAINTS = [
  { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule' },
  UNREGISTERED_TAINT,
]

/** Two watches tell of changes that lie close together in either order. */
export const WATCH_SLACK_MS = 2_000
