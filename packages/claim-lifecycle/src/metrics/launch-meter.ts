import { CloudError, type CloudProvider, type InstanceSpec } from '@kaito/cloud-provider'
import type { Clock, Metrics } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { createBoundedLabel } from './bounded-label.ts'
import { launchNews } from './launch-news.ts'

/** From a minute, which is quick for a GPU node, to well beyond the launch deadline. */
const BUCKETS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 90].map((minutes) => minutes * 60)

interface LaunchMeter {
  /** The same cloud, with its answers to launches counted. */
  measured(cloud: CloudProvider): CloudProvider
  /** Counts what becomes of launches, as it is written on a claim. */
  claimChanged(before: Claim | undefined, now: Claim | undefined): void
}

interface Launch {
  launch: number
  instanceType: string
  /** Monotonic milliseconds. */
  acceptedAt: number
}

/** Counts launches of this process; one that an earlier process began is counted when it fails, but has no duration. */
export function createLaunchMeter({ metrics, clock }: { metrics: Metrics; clock: Clock }): LaunchMeter {
  const counters = launchCounters(metrics)
  const running = new Map<string, Launch>()

  function accepted({ claimUid, launch, instanceType: name, capacityType }: InstanceSpec): void {
    // Repeated after a lost answer it is the same launch.
    if (running.get(claimUid)?.launch === launch) return
    const instanceType = counters.typeLabel(name)
    running.set(claimUid, { launch, instanceType, acceptedAt: clock.monotonic() })
    counters.accepted.inc({ instance_type: instanceType, capacity_type: capacityType })
  }

  async function counted(answer: Promise<void>, spec: InstanceSpec): Promise<void> {
    try {
      await answer
    } catch (error) {
      if (error instanceof CloudError) {
        counters.refusals.inc({ instance_type: counters.refusedTypeLabel(spec.instanceType), reason: error.reason })
      }
      throw error
    }
    accepted(spec)
  }

  return {
    measured: (cloud) => withLaunch(cloud, (spec, call) => counted(cloud.launch(spec, call), spec)),
    claimChanged(before, now) {
      const news = launchNews(before, now)
      const uid = (now ?? before)?.uid ?? ''
      if (!news) return
      const launch = running.get(uid)
      running.delete(uid)
      const instanceType = launch?.instanceType ?? 'unknown'
      if (news.outcome === 'failed') {
        counters.failed.inc({ instance_type: instanceType, reason: counters.reasonLabel(news.reason) })
      }
      if (!launch) return
      const { outcome } = news
      counters.duration.observe(
        { instance_type: instanceType, outcome },
        (clock.monotonic() - launch.acceptedAt) / 1000,
      )
    },
  }
}

function launchCounters(metrics: Metrics) {
  return {
    typeLabel: createBoundedLabel(),
    refusedTypeLabel: createBoundedLabel(),
    // It comes from an annotation, which people may edit.
    reasonLabel: createBoundedLabel(),
    accepted: metrics.counter({
      name: 'gpu_provisioner_launches_accepted_total',
      help: 'Launches that the cloud accepted',
      labels: ['instance_type', 'capacity_type'],
    }),
    failed: metrics.counter({
      name: 'gpu_provisioner_launches_failed_total',
      help: 'Accepted launches that ended without a usable node, by reason; those of an earlier process are "unknown"',
      labels: ['instance_type', 'reason'],
    }),
    refusals: metrics.counter({
      name: 'gpu_provisioner_launch_refusals_total',
      help: 'Launches that the cloud, or our limits on its calls, did not accept, by reason; they cost nothing',
      labels: ['instance_type', 'reason'],
    }),
    duration: metrics.histogram({
      name: 'gpu_provisioner_launch_duration_seconds',
      help: 'From an accepted launch to a usable node (ready), to its failure, or to the deletion of its claim',
      labels: ['instance_type', 'outcome'],
      buckets: BUCKETS,
    }),
  }
}

/** A cloud keeps its own state: everything else must be asked of the very object. */
function withLaunch(cloud: CloudProvider, launch: CloudProvider['launch']): CloudProvider {
  return new Proxy(cloud, {
    get(target, name) {
      if (name === 'launch') return launch
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
