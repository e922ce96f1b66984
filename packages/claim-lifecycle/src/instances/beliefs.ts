import type { Instance } from '@kaito/cloud-provider'

/**
 * What we know of one instance from our own calls. It stands until a list that began later agrees, or for `holdMs`
 * against lists that do not: readers of the cloud may lag behind its writers.
 */
interface Belief {
  instance: Instance | undefined
  /** Monotonic milliseconds. */
  since: number
  holdMs: number
}

interface Beliefs {
  hold(name: string, instance: Instance | undefined, options: { since: number; holdMs: number }): void
  /** Lets go of what the list has caught up with. */
  reconcile(listed: ReadonlyMap<string, Instance>, begunAt: number): void
  get(name: string): { instance: Instance | undefined } | undefined
  names(): string[]
}

export function createBeliefs(): Beliefs {
  const beliefs = new Map<string, Belief>()
  return {
    hold: (name, instance, options) => void beliefs.set(name, { instance, ...options }),
    get: (name) => beliefs.get(name),
    names: () => [...beliefs.keys()],
    reconcile(listed, begunAt) {
      for (const [name, belief] of beliefs) {
        if (begunAt <= belief.since) continue
        const outlived = begunAt > belief.since + belief.holdMs
        if (outlived || agrees(belief.instance, listed.get(name))) beliefs.delete(name)
      }
    },
  }
}

function agrees(believed: Instance | undefined, listed: Instance | undefined): boolean {
  if (!believed || believed.state === 'Deleting') return listed === undefined || listed.state === 'Deleting'
  return listed?.claimUid === believed.claimUid && listed?.launch === believed.launch
}
