import { GPU_RESOURCE, quantityValue } from '@kaito/api'
import type { Instance } from '@kaito/cloud-provider'
import type { Cache, Metrics, Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { type Charge, type ChargeLabel, createBillingMeter } from './billing-meter.ts'
import { createBoundedLabel } from './bounded-label.ts'

interface Options {
  metrics: Metrics
  clock: { monotonic(): number }
  /** Ours, as far as they are known; none while another process does the work. */
  instances: () => Instance[]
  nodes: Cache<Node>
  claims: () => Claim[]
}

const LABELS: ChargeLabel[] = ['instance_type', 'capacity_type']

/**
 * Shows what our instances are and what they have billed, as far as we can tell: the cloud's own bill knows when it
 * began and ended each of them, and the price. The result counts up to now, and is to be called when instances changed.
 */
export function showBilling(options: Options): () => void {
  const { metrics, clock, instances } = options
  const typeLabel = createBoundedLabel()
  const meter = createBillingMeter(clock)
  const look = () => meter.observe(chargesOf(options, typeLabel))
  for (const { name, help, take } of billed(meter)) {
    metrics.counter(
      { name: `gpu_provisioner_${name}`, help: `Estimate of what was billed: ${help}`, labels: LABELS },
      () => {
        look()
        return take()
      },
    )
  }
  metrics.gauge(
    {
      name: 'gpu_provisioner_instances',
      help: 'Instances of ours in the cloud',
      labels: ['instance_type', 'capacity_type', 'state'],
    },
    () =>
      countBy(instances(), ({ instanceType, capacityType, state }) => ({
        instance_type: typeLabel(instanceType),
        capacity_type: capacityType,
        state,
      })),
  )
  return look
}

function billed({ takeGpuSeconds, takeSeconds, takeUnusableSeconds }: ReturnType<typeof createBillingMeter>) {
  return [
    {
      name: 'gpu_seconds_total',
      help: 'seconds that our instances were there, times their GPUs; 3600 are a GPU-hour',
      take: takeGpuSeconds,
    },
    { name: 'instance_seconds_total', help: 'seconds that our instances were there', take: takeSeconds },
    {
      name: 'instance_seconds_without_gpu_total',
      help: 'seconds that our instances were there before their GPUs could be used',
      take: takeUnusableSeconds,
    },
  ]
}

function chargesOf({ instances, nodes, claims }: Options, typeLabel: (type: string) => string): Charge[] {
  const byUid = new Map(claims().map((claim) => [claim.uid, claim]))
  // Who stopped an instance pays for its disk only.
  const billing = instances().filter(({ state }) => state !== 'Stopped')
  return billing.map(({ claimUid = '', instanceType, capacityType }) => {
    const claim = byUid.get(claimUid)
    const [node] = nodes.byIndex('claimUid', claimUid)
    return {
      instanceType: typeLabel(instanceType),
      capacityType,
      gpus: gpusOf(node, claim),
      usable: claim?.steps.initialized?.met === true,
    }
  })
}

/** What the Node shows; before that what the claim asks for, and one where it does not say. */
function gpusOf(node: Node | undefined, claim: Claim | undefined): number {
  const shown = quantityValue(node?.status?.capacity?.[GPU_RESOURCE] ?? 0)
  return shown > 0 ? shown : (claim?.requests[GPU_RESOURCE] ?? 1)
}

function countBy<L extends string>(
  instances: readonly Instance[],
  labelsOf: (instance: Instance) => Record<L, string>,
) {
  const counts = new Map<string, { labels: Record<L, string>; value: number }>()
  for (const instance of instances) {
    const labels = labelsOf(instance)
    const key = JSON.stringify(labels)
    counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 })
  }
  return [...counts.values()]
}
