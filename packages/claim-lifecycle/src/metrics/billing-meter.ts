import type { Reading } from '@kaito/controller-kit'

/** What one instance costs as long as it is there. */
export interface Charge {
  instanceType: string
  capacityType: string
  gpus: number
  /** Its GPUs can be used; until then it bills for nothing. */
  usable: boolean
}

export type ChargeLabel = 'instance_type' | 'capacity_type'

interface BillingMeter {
  /** From now on these bill; what billed so far is counted up to this moment. */
  observe(charges: readonly Charge[]): void
  /** GPU-seconds that came up since they were taken last. */
  takeGpuSeconds(): Reading<ChargeLabel>[]
  /** Seconds of instances, likewise. */
  takeSeconds(): Reading<ChargeLabel>[]
  /** Seconds of instances whose GPUs could not be used yet, likewise. */
  takeUnusableSeconds(): Reading<ChargeLabel>[]
}

/** Adds up what instances bill between the moments at which somebody looks. A clock that is set does not disturb it. */
export function createBillingMeter(clock: { monotonic(): number }): BillingMeter {
  const gpuSeconds = createTally()
  const instanceSeconds = createTally()
  const unusableSeconds = createTally()
  let billing: readonly Charge[] = []
  let since = clock.monotonic()

  return {
    observe(charges) {
      const now = clock.monotonic()
      const seconds = (now - since) / 1000
      for (const charge of billing) {
        gpuSeconds.add(charge, seconds * charge.gpus)
        instanceSeconds.add(charge, seconds)
        if (!charge.usable) unusableSeconds.add(charge, seconds)
      }
      billing = charges
      since = now
    },
    takeGpuSeconds: gpuSeconds.take,
    takeSeconds: instanceSeconds.take,
    takeUnusableSeconds: unusableSeconds.take,
  }
}

function createTally() {
  const readings = new Map<string, Reading<ChargeLabel>>()
  return {
    add({ instanceType, capacityType }: Charge, value: number): void {
      const key = `${instanceType}/${capacityType}`
      const known = readings.get(key)
      if (known) known.value += value
      else readings.set(key, { labels: { instance_type: instanceType, capacity_type: capacityType }, value })
    },
    take(): Reading<ChargeLabel>[] {
      const taken = [...readings.values()]
      readings.clear()
      return taken
    },
  }
}
