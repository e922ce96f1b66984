import type { Deployment, Job, KubernetesObject, StatefulSet } from '@kaito/controller-kit'
import type { Order } from '../workspace/order.ts'

/** What runs on the nodes; objects that came in a list lack their own kind. */
export type Workload =
  | (Deployment & { kind: 'Deployment' })
  | (StatefulSet & { kind: 'StatefulSet' })
  | (Job & { kind: 'Job' })

export type WorkloadKind = Workload['kind']

export const WORKLOAD_KINDS: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'Job']

/**
 * A tuning is a Job, one model spread over several processes a StatefulSet, everything else a Deployment. It never changes
 * in a Workspace's life: admission refuses what would change it.
 */
export function workloadKind({ work }: Order): WorkloadKind {
  if (work.kind === 'tuning') return 'Job'
  return work.kind === 'preset' && work.preset.inference.distributed ? 'StatefulSet' : 'Deployment'
}

/** The object as one of its kind. */
export function workloadOf(kind: WorkloadKind, object: KubernetesObject): Workload {
  // What a cache or the server answers for a kind is of that kind; the compiler cannot follow it.
  return { ...object, kind } as Workload
}
