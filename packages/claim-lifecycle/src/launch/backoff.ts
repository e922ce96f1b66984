/** Wait after the `times`-th failure in a row, from 1: doubles, up to the cap. */
export function backoffMs(times: number, { baseMs, capMs }: { baseMs: number; capMs: number }): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(times - 1, 30))
}
