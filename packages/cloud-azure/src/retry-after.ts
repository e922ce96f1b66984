/** A server asking for more than this is taken to be wrong: the wait must stay one that somebody can sit out. */
const LONGEST_MS = 3_600_000

interface Headers {
  get(name: string): string | undefined
}

/** Milliseconds a server asked to wait, in any of the forms Azure uses; `nowMs` is the wall clock. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const exact = milliseconds(headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms'), 1)
  const asked = exact ?? milliseconds(headers.get('retry-after'), 1000) ?? untilDate(headers.get('retry-after'), nowMs)
  return asked === undefined ? undefined : Math.min(Math.max(asked, 0), LONGEST_MS)
}

function milliseconds(value: string | undefined, unit: number): number | undefined {
  return value !== undefined && /^\s*\d+\s*$/.test(value) ? Number(value) * unit : undefined
}

function untilDate(value: string | undefined, nowMs: number): number | undefined {
  const time = value === undefined ? Number.NaN : Date.parse(value)
  return Number.isNaN(time) ? undefined : time - nowMs
}
