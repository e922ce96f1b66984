import { isFinished, isReady, type Pod } from '../../objects/pod.ts'
import type { StatefulSet } from '../../objects/workloads.ts'

export const REVISION_LABEL = 'controller-revision-hash'

export interface ObservedStatefulSet {
  statefulSet: StatefulSet
  pods: Pod[]
  /** Hash of the template, carried by the pods made from it. */
  revision: string
}

export type StatefulSetAction = { do: 'create'; ordinal: number } | { do: 'delete'; pod: Pod }

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? Number.NaN)
}

export function wantedOrdinals({ spec }: StatefulSet): number[] {
  const start = spec.ordinals?.start ?? 0
  return Array.from({ length: spec.replicas ?? 1 }, (_none, position) => start + position)
}

function isLeaving({ metadata }: Pod | StatefulSet): boolean {
  return metadata.deletionTimestamp !== undefined
}

function isHealthy(pod: Pod): boolean {
  return isReady(pod) && !isLeaving(pod)
}

/** First the wanted pods from the lowest ordinal up, then surplus ones from the highest down, then updates. */
export function planStatefulSet(seen: ObservedStatefulSet): StatefulSetAction[] {
  const { statefulSet, pods } = seen
  if (isLeaving(statefulSet)) return []
  const inOrder = statefulSet.spec.podManagementPolicy !== 'Parallel'
  const ordinals = wantedOrdinals(statefulSet)
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]))
  const missing = fill(ordinals, byOrdinal, inOrder)
  if (missing.length > 0) return missing
  const surplus = pods.filter((pod) => !ordinals.includes(ordinalOf(pod))).sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const [highest] = surplus
  if (highest && inOrder && !ordinals.every((ordinal) => isUp(byOrdinal.get(ordinal)))) return []
  if (highest) return (inOrder ? [highest] : surplus).filter((pod) => !isLeaving(pod)).map(deletion)
  return update(seen, byOrdinal)
}

function deletion(pod: Pod): StatefulSetAction {
  return { do: 'delete', pod }
}

function isUp(pod: Pod | undefined): boolean {
  return pod !== undefined && isHealthy(pod)
}

function fill(ordinals: number[], byOrdinal: Map<number, Pod>, inOrder: boolean): StatefulSetAction[] {
  const actions: StatefulSetAction[] = []
  for (const ordinal of ordinals) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) actions.push({ do: 'create', ordinal })
    else if (isFinished(pod) && !isLeaving(pod)) actions.push(deletion(pod))
    // Nobody starts before the one below is up; a broken one below may still be replaced by an update.
    if (inOrder && !isUp(pod)) return actions
  }
  return actions
}

/** Replaces one pod of an earlier template at a time, from the highest ordinal down to the partition. */
function update({ statefulSet, revision }: ObservedStatefulSet, byOrdinal: Map<number, Pod>): StatefulSetAction[] {
  if (statefulSet.spec.updateStrategy?.type === 'OnDelete') return []
  const partition = statefulSet.spec.updateStrategy?.rollingUpdate?.partition ?? 0
  for (const ordinal of wantedOrdinals(statefulSet).reverse()) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined || ordinal < partition) return []
    if (pod.metadata.labels?.[REVISION_LABEL] !== revision && !isLeaving(pod)) return [deletion(pod)]
    if (!isHealthy(pod)) return []
  }
  return []
}
