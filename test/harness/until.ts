import { setTimeout as pause } from 'node:timers/promises'

/**
 * Looks again and again until `look` finds something, and returns it.
 *
 * @throws Error naming `what` when it was not found in time.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 50_000, everyMs = 25 } = {},
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await pause(everyMs)
  }
}
