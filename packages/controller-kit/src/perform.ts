import type { Logger } from './logger.ts'

type ActionOf<A, K> = A extends { do: infer D } ? (K extends D ? A & { do: K } : never) : never

/** One effect per kind of action; a missing one is a type error. */
export type Effects<A extends { do: string }> = { [K in A['do']]: (action: ActionOf<A, K>) => Promise<unknown> }

/**
 * Performs the actions one after the other, one log line each, and stops at the first that rejects, with its error.
 * Every effect may run again after a crash or on a stale cache.
 */
export async function performInOrder<A extends { do: string }>(
  actions: readonly A[],
  effects: Effects<A>,
  log: Logger,
): Promise<void> {
  // The compiler cannot follow that the effect found under an action's name takes this very action.
  const effectOf: Record<string, ((action: never) => Promise<unknown>) | undefined> = effects
  for (const action of actions) {
    const perform = effectOf[action.do]
    if (!perform) throw new Error(`no effect for the action ${action.do}`)
    log.info({ action: action.do }, 'performing')
    await perform(action as never)
  }
}
