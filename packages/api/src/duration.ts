/** A duration as Karpenter and Kubernetes write it: `45m`, `1h30m`, `90s`. */
export const DURATION_PATTERN = '^([0-9]+(s|m|h))+$'

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * Milliseconds of a duration such as `1h30m`.
 *
 * @throws RangeError for text that is no duration.
 */
export function durationMs(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text)) throw new RangeError(`"${text}" is not a duration such as 45m or 1h30m`)
  return [...text.matchAll(/([0-9]+)([smh])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  )
}
