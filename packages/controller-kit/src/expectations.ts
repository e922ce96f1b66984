import type { Cache } from './cache.ts'
import type { Clock } from './clock.ts'
import { type KubernetesObject, keyOf } from './kubernetes-object.ts'

/** Creations that were sent and that the cache does not show yet. */
export interface Expectations {
  /** The creation of the object under this key is being sent. */
  expect(key: string): void
  /** It was refused: nothing is to be expected. */
  cancel(key: string): void
  /** True until the cache has shown the object, or has had time enough to. */
  isPending(key: string): boolean
}

const ENOUGH_MS = 30_000

/**
 * Keeps a controller with a slow cache from sending a creation again. It only saves calls: what makes a second object
 * impossible is a name derived from the owner.
 */
export function createExpectations<T extends KubernetesObject>(
  cache: Pick<Cache<T>, 'onChange'>,
  clock: Clock,
  enoughMs = ENOUGH_MS,
): Expectations {
  const sentAt = new Map<string, number>()
  cache.onChange(({ object }) => sentAt.delete(keyOf(object)))
  return {
    expect: (key) => void sentAt.set(key, clock.monotonic()),
    cancel: (key) => void sentAt.delete(key),
    isPending(key) {
      const at = sentAt.get(key)
      if (at !== undefined && clock.monotonic() - at >= enoughMs) sentAt.delete(key)
      return sentAt.has(key)
    },
  }
}
