const SECOND_MS = 1000
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/** A time span as `kubectl get` shows it: two units while the first is small (`5m3s`, `3d4h`), one afterwards. */
export function shortDuration(spanMs: number): string {
  const seconds = Math.trunc(spanMs / SECOND_MS)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * MINUTE) return `${seconds}s`
  if (seconds < 10 * MINUTE) return twoUnits(seconds, [MINUTE, 'm'], [1, 's'])
  if (seconds < 3 * HOUR) return `${Math.trunc(seconds / MINUTE)}m`
  if (seconds < 8 * HOUR) return twoUnits(seconds, [HOUR, 'h'], [MINUTE, 'm'])
  if (seconds < 2 * DAY) return `${Math.trunc(seconds / HOUR)}h`
  if (seconds < 8 * DAY) return twoUnits(seconds, [DAY, 'd'], [HOUR, 'h'])
  if (seconds < 2 * YEAR) return `${Math.trunc(seconds / DAY)}d`
  if (seconds < 8 * YEAR) return twoUnits(seconds, [YEAR, 'y'], [DAY, 'd'])
  return `${Math.trunc(seconds / YEAR)}y`
}

type Unit = [seconds: number, letter: string]

function twoUnits(seconds: number, [large, first]: Unit, [small, second]: Unit): string {
  const rest = Math.trunc((seconds % large) / small)
  return `${Math.trunc(seconds / large)}${first}${rest === 0 ? '' : `${rest}${second}`}`
}

/** How long ago a timestamp of an object was. */
export function ageAt(timestamp: unknown, nowMs: number): string {
  if (typeof timestamp !== 'string' || timestamp === '') return '<unknown>'
  const time = Date.parse(timestamp)
  return Number.isNaN(time) ? '<invalid>' : shortDuration(nowMs - time)
}
