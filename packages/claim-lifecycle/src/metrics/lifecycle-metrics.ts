import type { CloudProvider, Instance } from '@kaito/cloud-provider'
import type { Cache, Clock, Metrics, Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ServedKind } from '../claim/served-kind.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import { showBilling } from './billing.ts'
import { showClaims } from './claim-gauges.ts'
import { createLaunchMeter } from './launch-meter.ts'
import { showSafety } from './safety-gauges.ts'
import { unhealthyNodes } from './unhealthy-nodes.ts'

interface Sources {
  kinds: readonly ServedKind[]
  nodes: Cache<Node>
  instances: InstanceList
  /** Deletions of our own that wait for somebody's word. */
  heldDeletions: () => number
  maxFailedLaunches: number
}

/** What other parts tell as it happens. */
interface LifecycleHooks {
  /** Something left over was deleted; `kind` says what it was. */
  onCollected(kind: string): void
  onUnclaimed(instances: readonly Instance[]): void
}

interface LifecycleMetrics {
  readonly hooks: LifecycleHooks
  /** The same cloud, with its answers to launches counted. */
  measured(cloud: CloudProvider): CloudProvider
  /** Shows from now on what these hold whenever somebody reads the metrics. */
  show(sources: Sources): void
  /** Marks this process as the one at work, until the signal aborts: a stand-by shows nothing and counts nothing. */
  run(signal: AbortSignal): Promise<void>
}

/** What this package counts; nothing of it is named after a claim, so that it stays as small as the kinds of things are few. */
export function createLifecycleMetrics({ metrics, clock }: { metrics: Metrics; clock: Clock }): LifecycleMetrics {
  const launches = createLaunchMeter({ metrics, clock })
  const collected = metrics.counter({
    name: 'gpu_provisioner_garbage_collected_total',
    help: 'Left-over instances, claims and nodes that were deleted, by kind',
    labels: ['kind'],
  })
  let working = false
  let unclaimed = 0

  return {
    measured: launches.measured,
    hooks: {
      onCollected: (kind) => collected.inc({ kind }),
      onUnclaimed: (instances) => {
        unclaimed = instances.length
      },
    },
    show(sources) {
      const isWorking = () => working
      const look = showSources({ metrics, clock, isWorking, sources, unclaimedInstances: () => unclaimed })
      sources.instances.onChange(() => working && look())
      for (const kind of sources.kinds) {
        kind.onChange((before, now) => working && launches.claimChanged(before, now))
      }
    },
    run(signal) {
      working = true
      return new Promise((resolve) => {
        const stop = () => {
          working = false
          resolve()
        }
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      })
    },
  }
}

interface Shown {
  metrics: Metrics
  clock: Clock
  isWorking: () => boolean
  unclaimedInstances: () => number
  sources: Sources
}

function showSources({ metrics, clock, isWorking, unclaimedInstances, sources }: Shown): () => void {
  const { kinds, nodes, instances, maxFailedLaunches, heldDeletions } = sources
  const now = () => clock.now()
  const claims = (): Claim[] => kinds.flatMap((kind) => kind.cached())
  const census = () => (isWorking() ? kinds.map(({ owner, cached }) => ({ kind: owner.kind, claims: cached() })) : [])
  const owned = (): Instance[] => (isWorking() ? instances.all().filter(({ claimUid }) => claimUid !== undefined) : [])
  const instanceOf = (claim: Claim) => {
    const sighting = instances.find(claim)
    return sighting.known ? sighting.instance : undefined
  }
  showClaims({ metrics, census, instanceOf, maxFailedLaunches, now })
  showSafety({
    metrics,
    isWorking,
    heldDeletions,
    unhealthyNodes: () => unhealthyNodes(claims(), nodes),
    unclaimedInstances,
    trouble: () => instances.trouble(),
    listedAtMs: () => instances.listedAtMs(),
    now,
  })
  return showBilling({ metrics, clock, instances: owned, nodes, claims })
}
