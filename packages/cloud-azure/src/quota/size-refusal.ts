import { RETIRED_INSTANCE_TYPES } from '@kaito/api'
import type { VmSize, VmSizes } from './compute-facts.ts'

interface Wanted {
  instanceType: string
  /** Number of the zone; undefined for a machine placed by region. */
  zone: string | undefined
  isSpot: boolean
}

/**
 * Why a region does not offer a size to the subscription; undefined where it does. One that was retired lately is never
 * refused: whether it is still served, the create itself tells.
 */
export function sizeRefusal(wanted: Wanted, sizes: VmSizes, location: string): string | undefined {
  const { instanceType, zone, isSpot } = wanted
  const retired = RETIRED_INSTANCE_TYPES.get(instanceType.toLowerCase())
  if (retired && !retired.isGone) return undefined
  const size = sizes.get(instanceType.toLowerCase())
  if (!size) return `there is no size ${instanceType} in ${location}${suggestion(instanceType, sizes)}`
  if (size.isRestricted) return `${size.name} is not offered to this subscription in ${location}`
  if (zone !== undefined) {
    const inZone = zoneRefusal(size, zone)
    if (inZone) return `${size.name} is ${inZone} of ${location}`
  }
  return isSpot && !size.isSpotCapable ? `${size.name} is not sold as a spot machine` : undefined
}

function zoneRefusal({ zones, restrictedZones }: VmSize, zone: string): string | undefined {
  if (restrictedZones.includes(zone)) return `not offered to this subscription in zone ${zone}`
  if (zones.includes(zone)) return undefined
  return zones.length > 0 ? `only in zones ${[...zones].sort().join(', ')}, not in zone ${zone},` : 'not in any zone'
}

/** So many wrong characters per size name still look like a typing error. */
const TOLERATED_ERRORS = 4

function suggestion(instanceType: string, sizes: VmSizes): string {
  const wanted = instanceType.toLowerCase()
  let best: { name: string; errors: number } | undefined
  for (const [key, { name, isRestricted }] of sizes) {
    if (isRestricted || Math.abs(key.length - wanted.length) > TOLERATED_ERRORS) continue
    const errors = editDistance(wanted, key)
    if (errors <= TOLERATED_ERRORS && (!best || errors < best.errors)) best = { name, errors }
  }
  return best ? `; did you mean ${best.name}?` : ''
}

/** Characters to insert, delete or replace until one text is the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === character ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
