import type { Instance } from '@kaito/cloud-provider'

/** Lists that may be asked for to see an end twice, as a young launch needs it. */
const ENOUGH_LISTS = 2

/** Instances that were seen ending, for as long as lists may still tell that they are gone. */
interface Endings {
  begin(name: string, claimUid: string, since: number): void
  forget(name: string): void
  /** Those that this list lacks. A list of nothing at all says nothing: every cluster has instances of its own. */
  missingFrom(listed: ReadonlyMap<string, Instance>, begunAt: number): { name: string; claimUid: string }[]
  /** Whether the next list may have something to tell. */
  isOpen(): boolean
}

export function createEndings(): Endings {
  const endings = new Map<string, { claimUid: string; since: number; lacking: number }>()
  return {
    begin(name, claimUid, since) {
      if (!endings.has(name)) endings.set(name, { claimUid, since, lacking: 0 })
    },
    forget: (name) => void endings.delete(name),
    missingFrom(listed, begunAt) {
      for (const name of listed.keys()) endings.delete(name)
      if (listed.size === 0) return []
      const missing = [...endings].filter(([, { since }]) => begunAt > since)
      for (const [name, ending] of missing) {
        ending.lacking += 1
        if (ending.lacking >= ENOUGH_LISTS) endings.delete(name)
      }
      return missing.map(([name, { claimUid }]) => ({ name, claimUid }))
    },
    isOpen: () => [...endings.values()].some(({ lacking }) => lacking > 0),
  }
}
