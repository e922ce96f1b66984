import type { PoolBody, PoolViews } from '../cloud.ts'

interface Version {
  at: number
  body: PoolBody | undefined
}

/** Versions of every pool; a read sees the newest one that is at least `lagMs` old, as a replica behind would. */
export function createPoolViews(now: () => number, lagMs: () => number): PoolViews {
  const versions = new Map<string, Version[]>()
  const visible = (name: string): PoolBody | undefined => {
    const horizon = now() - lagMs()
    return versions.get(name)?.findLast(({ at }) => at <= horizon)?.body
  }
  return {
    publish(name, body) {
      const horizon = now() - lagMs()
      const history = versions.get(name) ?? []
      const oldestNeeded = history.findLastIndex(({ at }) => at <= horizon)
      const kept = history.slice(Math.max(0, oldestNeeded))
      if (body === undefined && lagMs() === 0) versions.delete(name)
      else versions.set(name, [...kept, { at: now(), body }])
    },
    get: visible,
    list: () => [...versions.keys()].flatMap((name) => visible(name) ?? []),
  }
}
