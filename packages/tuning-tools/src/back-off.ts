export interface BackOff {
  firstMs: number
  mostMs: number
}

/** How long to wait after that many failures: doubled each time, up to a limit. */
export function backOffMs(failures: number, { firstMs, mostMs }: BackOff): number {
  return Math.min(firstMs * 2 ** (failures - 1), mostMs)
}

/** Milliseconds, for people. */
export function shownDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`
}
