import { ApiError, type Clock, DEFINITIONS, definitionName, type KubeClient } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ServedKind } from '../claim/served-kind.ts'
import { endedByDefinition, manyAreEnding } from './ended-by-definition.ts'

/** Whoever deletes the definition of a kind deletes every claim of it, and may not have meant that. */
export interface DefinitionHold {
  /**
   * Whether this deletion must wait for somebody's word. Asks the server only while many claims of the kind end, and not
   * more often than every few seconds.
   */
  holds(kind: string, claim: Claim, signal: AbortSignal): Promise<boolean>
  /** Those of a kind's claims, as stored, that wait. */
  held(kind: ServedKind, claims: readonly Claim[], signal: AbortSignal): Promise<Claim[]>
  approve(claimUids: readonly string[]): void
  /** Calls back when deletions begin to wait. */
  onHeld(listener: () => void): void
}

interface Options {
  client: KubeClient
  clock: Clock
  kinds: readonly ServedKind[]
  /** Share of the claims of a kind that may end at once without a question. */
  share: number
}

const READING_LASTS_MS = 3_000
const FORBIDDEN = 403

export function createDefinitionHold({ client, clock, kinds, share }: Options): DefinitionHold {
  const readings = new Map<string, { at: number; deletedAt: Promise<string | undefined> }>()
  const approved = new Set<string>()
  const waiting = new Map<string, number>()
  const listeners: (() => void)[] = []

  async function read({ resource }: ServedKind, signal: AbortSignal): Promise<string | undefined> {
    try {
      const definition = await client.get(DEFINITIONS, { name: definitionName(resource) }, { signal })
      return definition?.metadata.deletionTimestamp
    } catch (error) {
      // Without the right to look, deletions go on as before.
      if (error instanceof ApiError && error.status === FORBIDDEN) return undefined
      throw error
    }
  }

  function deletedAt(kind: ServedKind, signal: AbortSignal): Promise<string | undefined> {
    const known = readings.get(kind.owner.kind)
    if (known && clock.monotonic() - known.at < READING_LASTS_MS) return known.deletedAt
    const reading = { at: clock.monotonic(), deletedAt: read(kind, signal) }
    readings.set(kind.owner.kind, reading)
    reading.deletedAt.catch(() => readings.delete(kind.owner.kind))
    return reading.deletedAt
  }

  async function held(kind: ServedKind, claims: readonly Claim[], signal: AbortSignal): Promise<Claim[]> {
    if (!manyAreEnding(claims, share)) return []
    const swept = endedByDefinition(claims, { definitionDeletedAt: await deletedAt(kind, signal), share })
    return swept.filter(({ uid }) => !approved.has(uid))
  }

  function note(kindName: string, count: number): void {
    const isNews = count > (waiting.get(kindName) ?? 0)
    waiting.set(kindName, count)
    if (isNews) for (const listener of listeners) listener()
  }

  return {
    held,
    async holds(kindName, claim, signal) {
      const kind = kinds.find(({ owner }) => owner.kind === kindName)
      if (!kind || approved.has(claim.uid)) return false
      const all = await held(kind, kind.cached(), signal)
      note(kindName, all.length)
      return all.some(({ uid }) => uid === claim.uid)
    },
    approve: (claimUids) => claimUids.forEach((uid) => void approved.add(uid)),
    onHeld: (listener) => void listeners.push(listener),
  }
}
