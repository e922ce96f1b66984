/** The earlier of two times to look again, in milliseconds; undefined is never. */
export function sooner(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.min(one, other)
}
