import { durationMs } from '@kaito/api'
import type { Claim } from '../claim/claim.ts'
import type { ClassSource } from '../class/class-source.ts'

/** How long the claim's class lets its node be unhealthy, in milliseconds; undefined where it does not repair. */
export function repairAfterMs({ className }: Claim, classes: Pick<ClassSource, 'find'>): number | undefined {
  if (className === undefined) return undefined
  const found = classes.find(className)
  // A class that is not there, or cannot be read, asks for nothing.
  const repair = found.found ? found.spec.repair : undefined
  return repair && durationMs(repair.unhealthyAfter)
}
