import { NODES } from '../../objects/kinds.ts'
import { type Controller, itself, on } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'

/** A node that comes back within this time finds its pods again. */
const QUARANTINE_MS = 40_000

/** Deletes the pods of nodes that are gone for good: no kubelet will ever report their end. */
export function createPodCollector({ access, stores, clock }: ControllerContext): Controller {
  const { nodes, pods } = stores
  const missingSince = new Map<string, number>()

  async function reconcile(name: string): Promise<number | undefined> {
    const bound = pods.byIndex('node', name)
    if (nodes.get(name) !== undefined || bound.length === 0) {
      missingSince.delete(name)
      return undefined
    }
    const since = missingSince.get(name) ?? clock.now()
    missingSince.set(name, since)
    const leftMs = since + QUARANTINE_MS - clock.now()
    if (leftMs > 0) return leftMs
    if ((await access.get(NODES, { name })) !== undefined) return undefined
    for (const pod of bound) await pods.delete(pod, { gracePeriodSeconds: 0 })
    return undefined
  }

  return {
    name: 'pod-collector',
    reconcile,
    triggers: [
      on(nodes, (now, before) => (now === undefined || before === undefined ? itself(now, before) : [])),
      on(pods, (now) => (now?.spec.nodeName && !nodes.get(now.spec.nodeName) ? [now.spec.nodeName] : [])),
    ],
  }
}
