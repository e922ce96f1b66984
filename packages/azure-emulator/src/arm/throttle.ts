import type { Clock } from '../clock/clock.ts'

export interface Bucket {
  key: string
  burst: number
  perSecond: number
}

interface Grant {
  allowed: boolean
  /** Whole tokens left. */
  remaining: number
  /** Milliseconds of the clock until the next request is taken; 0 when allowed. */
  waitMs: number
}

export type Throttle = (bucket: Bucket) => Grant

interface Level {
  tokens: number
  at: number
  blockedUntil: number
}

/** Token buckets. A request that comes before its wait is over is refused, and the wait starts again. */
export function createThrottle(clock: Clock): Throttle {
  const levels = new Map<string, Level>()
  return ({ key, burst, perSecond }) => {
    const now = clock.now()
    const level = levels.get(key) ?? { tokens: burst, at: now, blockedUntil: 0 }
    levels.set(key, level)
    level.tokens = Math.min(burst, level.tokens + ((now - level.at) / 1000) * perSecond)
    level.at = now
    if (now >= level.blockedUntil && level.tokens >= 1) {
      level.tokens -= 1
      return { allowed: true, remaining: Math.floor(level.tokens), waitMs: 0 }
    }
    const waitMs = Math.max(1000, ((1 - level.tokens) / perSecond) * 1000)
    level.blockedUntil = now + waitMs
    return { allowed: false, remaining: 0, waitMs }
  }
}
