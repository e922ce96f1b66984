/** What every value beyond the bound is counted under. */
const OTHER = 'other'
/** More than all GPU sizes of one cloud; a label value costs memory here and in Prometheus for as long as both run. */
const MOST_VALUES = 40
const LONGEST = 63

/**
 * Keeps the values of a label few, whoever makes them up: the first ones stand for themselves, all later ones are
 * `other`. Each metric has a bound of its own, so that names the cloud refused cannot crowd out those it runs.
 */
export function createBoundedLabel(mostValues = MOST_VALUES): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (value === '' || value.length > LONGEST || known.size >= mostValues) return OTHER
    known.add(value)
    return value
  }
}
