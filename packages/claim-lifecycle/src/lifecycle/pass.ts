import type { Call } from '@kaito/cloud-provider'
import type { KubernetesObject } from '@kaito/controller-kit'
import type { Dependencies, TellEvent } from './dependencies.ts'
import type { Observed } from './observed.ts'
import type { Outcome } from './outcome.ts'

/** One pass over one claim. */
export interface Pass<T extends KubernetesObject> {
  dependencies: Dependencies<T>
  seen: Observed
  /** The claim as last stored, as far as this pass knows. */
  current: T
  outcome: Outcome
  call: Call
}

/** Objects from a list carry no kind of their own; an event about them must name it. */
export function tellOfClaim<T extends KubernetesObject>(
  { dependencies, seen, current }: Pass<T>,
  event: Parameters<TellEvent>[1],
): void {
  dependencies.tell({ ...current, ...seen.owner }, event)
}
