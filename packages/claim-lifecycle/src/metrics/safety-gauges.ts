import type { Metrics, Reading } from '@kaito/controller-kit'

interface Options {
  metrics: Metrics
  /** False while another process does the work: then there is nothing to show. */
  isWorking: () => boolean
  /** Deletions of our own that wait for somebody's word; 0 while the breaker is closed. */
  heldDeletions: () => number
  /** What is wrong with each node that was usable and is not now. */
  unhealthyNodes: () => readonly string[]
  /** Instances of KAITO's own provisioner that no claim has as its own. */
  unclaimedInstances: () => number
  /** Why the cloud cannot be worked with, as `Reason: text`; undefined while it can. */
  trouble: () => string | undefined
  /** Begin of the last good list of the cloud in wall clock milliseconds; 0 before the first. */
  listedAtMs: () => number
  now: () => number
}

/** Shows what keeps us from deleting or from seeing. */
export function showSafety({ metrics, isWorking, ...options }: Options): void {
  const shown = (value: () => number) => (): Reading<never>[] => (isWorking() ? [{ labels: {}, value: value() }] : [])
  metrics.gauge(
    {
      name: 'gpu_provisioner_breaker_open',
      help: '1 while more looks left over than may be deleted without approval',
    },
    shown(() => (options.heldDeletions() > 0 ? 1 : 0)),
  )
  metrics.gauge(
    { name: 'gpu_provisioner_deletions_held', help: 'Deletions of our own that wait for approval' },
    shown(options.heldDeletions),
  )
  metrics.gauge(
    {
      name: 'gpu_provisioner_nodes_unhealthy',
      help: 'Nodes that were usable and are not now, by the gravest of what is wrong',
      labels: ['reason'],
    },
    () => (isWorking() ? countByReason(options.unhealthyNodes()) : []),
  )
  metrics.gauge(
    {
      name: 'gpu_provisioner_unclaimed_instances',
      help: "Instances of KAITO's own provisioner that no claim has as its own; they bill and are never deleted by us",
    },
    shown(options.unclaimedInstances),
  )
  metrics.gauge(
    { name: 'gpu_provisioner_cloud_list_age_seconds', help: 'Time since the last good list of the cloud began' },
    () => (options.listedAtMs() > 0 ? shown(() => (options.now() - options.listedAtMs()) / 1000)() : []),
  )
  metrics.gauge(
    {
      name: 'gpu_provisioner_cloud_trouble',
      help: '1 while the cloud cannot be worked with, by reason',
      labels: ['reason'],
    },
    () => {
      const trouble = isWorking() ? options.trouble() : undefined
      return trouble === undefined ? [] : [{ labels: { reason: reasonOf(trouble) }, value: 1 }]
    },
  )
}

function countByReason(reasons: readonly string[]): Reading<'reason'>[] {
  const distinct = [...new Set(reasons)]
  return distinct.map((reason) => ({ labels: { reason }, value: reasons.filter((one) => one === reason).length }))
}

function reasonOf(trouble: string): string {
  return /^(\w+): /.exec(trouble)?.[1] ?? 'NoAnswer'
}
