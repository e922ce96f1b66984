import type { Draft } from './operations/draft.ts'
import { deleteCollectionOperation, listOperation, readOperation, watchOperation } from './operations/reads.ts'
import { subresourceOperation } from './operations/subresources.ts'
import { createOperation, deleteOperation, patchOperation, updateOperation } from './operations/writes.ts'
import { CLUSTER_KINDS } from './samples/cluster-kinds.ts'
import { CORE_KINDS } from './samples/core-kinds.ts'
import { CUSTOM_KINDS } from './samples/custom-kinds.ts'
import { WORKLOAD_KINDS } from './samples/workload-kinds.ts'
import { seededRandom } from './seeded-random.ts'
import type { Sequence, Step } from './step.ts'

const KINDS = [...CUSTOM_KINDS, ...CORE_KINDS, ...WORKLOAD_KINDS, ...CLUSTER_KINDS]
const STEPS = 36

const OPERATIONS = [
  [20, createOperation],
  [22, updateOperation],
  [20, patchOperation],
  [12, deleteOperation],
  [6, subresourceOperation],
  [6, readOperation],
  [10, listOperation],
  [1, deleteCollectionOperation],
] as const

/** Sequence number `index` of a seed: the same requests each time. */
export function generateSequence(seed: number, index: number): Sequence {
  const random = seededRandom(seed * 100_003 + index)
  const namespace = `s${seed}-${index}`
  // Every kind comes round; the second one is drawn, so that kinds meet.
  const first = KINDS[index % KINDS.length] ?? random.pick(KINDS)
  const kinds = random.chance(0.3) ? [first, random.pick(KINDS)] : [first]
  const steps: Step[] = []
  while (steps.length < STEPS) {
    const draft: Draft = { random, namespace, kind: random.pick(kinds), step: steps.length }
    const operation = draft.kind.tried ? createOperation : random.weighted(OPERATIONS)
    steps.push(...operation(draft))
  }
  const watches = kinds.flatMap((kind) => watchOperation({ random, namespace, kind, step: steps.length }))
  return {
    name: `${seed}/${index} ${kinds.map(({ kind }) => kind).join('+')}`,
    namespace,
    steps: [...steps, ...watches],
  }
}
