import type { WatchWeather } from './kube-wire.ts'
import type { VirtualTime } from './virtual-time.ts'
import { ConnectionLost } from './wire.ts'

/** What the watches of each process go through. */
export interface Weather extends WatchWeather {
  /** Events of that kind reach the process only after so long: its cache stays as it is until then. */
  hold(process: string, resource: string, ms: number): void
  /** Breaks off all watches of the process. */
  breakOff(process: string): void
  calm(): void
}

const USUAL_LAG_MS = 5

export function createWeather(time: VirtualTime): Weather {
  const heldUntil = new Map<string, number>()
  const breaks = new Map<string, AbortController>()

  function breaker(process: string): AbortController {
    const known = breaks.get(process)
    if (known) return known
    const fresh = new AbortController()
    breaks.set(process, fresh)
    return fresh
  }

  return {
    async clear(process, resource) {
      await time.sleep(USUAL_LAG_MS)
      const left = () => (heldUntil.get(`${process}/${resource}`) ?? 0) - time.now()
      while (left() > 0) await time.sleep(Math.min(left(), 1_000))
    },
    broken: (process) => breaker(process).signal,
    hold: (process, resource, ms) => void heldUntil.set(`${process}/${resource}`, time.now() + ms),
    breakOff(process) {
      const broken = breaker(process)
      breaks.delete(process)
      broken.abort(new ConnectionLost('terminated'))
    },
    calm: () => heldUntil.clear(),
  }
}
