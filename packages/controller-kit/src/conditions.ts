import { printable } from './printable.ts'

interface ConditionFields {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string | undefined
  message?: string | undefined
  lastTransitionTime?: string | undefined
  observedGeneration?: number | undefined
}

/** Messages carry words of clouds, registries and users; the API server takes 32,768 characters. */
const LONGEST_MESSAGE = 4_096

interface MergeRules {
  /**
   * What moves `lastTransitionTime`: a change of `status` alone (metav1), or of status, reason or message (knative, as
   * Machines have it).
   */
  transitionOn: 'status' | 'any'
  /** Written on every desired condition. */
  observedGeneration?: number
}

/**
 * The conditions to write, sorted by type. Times come from `previous` where nothing moved, else from `nowIso`; a
 * previous condition that `desired` does not mention stays as it is, since it may be somebody else's.
 */
export function mergeConditions<C extends ConditionFields>(
  previous: readonly C[] | undefined,
  desired: readonly C[],
  { nowIso, transitionOn, observedGeneration }: MergeRules & { nowIso: string },
): C[] {
  const merged = new Map((previous ?? []).map((condition) => [condition.type, condition]))
  for (const given of desired) {
    const { message } = given
    const condition = { ...given, ...(message === undefined ? {} : { message: printable(message, LONGEST_MESSAGE) }) }
    const before = merged.get(condition.type)
    const moved = before === undefined || hasMoved(before, condition, transitionOn)
    merged.set(condition.type, {
      ...condition,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      lastTransitionTime: (moved ? undefined : before.lastTransitionTime) ?? nowIso,
    })
  }
  return [...merged.values()].sort((a, b) => (a.type < b.type ? -1 : 1))
}

function hasMoved(before: ConditionFields, after: ConditionFields, transitionOn: MergeRules['transitionOn']): boolean {
  if (before.status !== after.status) return true
  return (
    transitionOn === 'any' &&
    (text(before.reason) !== text(after.reason) || text(before.message) !== text(after.message))
  )
}

function text(value: string | undefined): string {
  return value ?? ''
}
