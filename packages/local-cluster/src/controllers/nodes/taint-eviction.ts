import { timestamp } from '../../cluster-clock.ts'
import { withCondition } from '../../objects/condition.ts'
import type { Node } from '../../objects/node.ts'
import { isActive, type Pod } from '../../objects/pod.ts'
import { type Controller, itself, on } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { writeStatus } from '../write-status.ts'
import { evictionTime, type TimedTaint } from './plan.ts'

/** Deletes pods that do not tolerate a NoExecute taint of their node, at the end of their patience. */
export function createTaintEviction({ stores, clock, record }: ControllerContext): Controller {
  const { nodes, pods } = stores
  /** Taints set by hand carry no time: they count from when they were seen first. */
  const seenAt = new Map<string, number>()

  function timedTaints({ metadata, spec }: Node): TimedTaint[] {
    return (spec?.taints ?? [])
      .filter(({ effect }) => effect === 'NoExecute')
      .map((taint) => {
        const key = `${metadata.uid} ${taint.key} ${taint.value ?? ''}`
        const since = seenAt.get(key) ?? (taint.timeAdded ? Date.parse(taint.timeAdded) : clock.now())
        seenAt.set(key, since)
        return { taint, sinceMs: since }
      })
  }

  async function evict(pod: Pod): Promise<void> {
    const message = 'Taint manager: deleting due to NoExecute taint'
    const disrupted = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message }
    const conditions = withCondition(pod.status?.conditions ?? [], disrupted, timestamp(clock.now()))
    await writeStatus(pods, pod, { ...pod.status, conditions })
    record(pod, {
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${pod.metadata.name}`,
    })
    await pods.delete(pod)
  }

  async function reconcile(name: string): Promise<number | undefined> {
    const node = nodes.get(name)
    const taints = node === undefined ? [] : timedTaints(node)
    if (node && taints.length === 0) forget(node)
    if (taints.length === 0) return undefined
    let nextMs = Number.POSITIVE_INFINITY
    for (const pod of pods.byIndex('node', name).filter(isActive)) {
      const leftMs = (evictionTime(pod, taints) ?? Number.POSITIVE_INFINITY) - clock.now()
      if (leftMs <= 0) await evict(pod)
      else nextMs = Math.min(nextMs, leftMs)
    }
    return Number.isFinite(nextMs) ? nextMs : undefined
  }

  function forget({ metadata }: Node): void {
    for (const key of seenAt.keys()) if (key.startsWith(`${metadata.uid} `)) seenAt.delete(key)
  }

  return {
    name: 'taint-eviction',
    reconcile,
    triggers: [
      on(nodes, itself),
      on(pods, (now, before) => (now?.spec.nodeName && !before?.spec.nodeName ? [now.spec.nodeName] : [])),
    ],
  }
}
