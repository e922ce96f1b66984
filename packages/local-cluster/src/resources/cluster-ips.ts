import type { ClusterIps } from './api-engine.ts'

const FIRST = 10 * 2 ** 24 + 1
const SIZE = 2 ** 16 - 2

/** Addresses of 10.0.0.0/16, the first kept for the `kubernetes` Service. */
export function createClusterIps(): ClusterIps {
  const taken = new Set<string>()
  let next = 1
  return {
    take(wanted) {
      if (wanted !== undefined) {
        if (taken.has(wanted)) throw new RangeError('provided IP is already allocated')
        if (!/^10\.0\.\d+\.\d+$/.test(wanted)) {
          throw new RangeError('the provided network does not match the current range')
        }
        taken.add(wanted)
        return wanted
      }
      if (taken.size >= SIZE) throw new RangeError('range is full')
      while (taken.has(address(next))) next = (next + 1) % SIZE
      taken.add(address(next))
      return address(next)
    },
    release: (released) => void taken.delete(released),
  }
}

function address(offset: number): string {
  const value = FIRST + offset
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')
}
