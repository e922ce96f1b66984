import { setTimeout as pause } from 'node:timers/promises'
import { ApiUnreachable } from '../../packages/controller-kit/src/index.ts'
import type { Belongings } from './belongings.ts'
import type { RawKind } from './cluster.ts'

interface Leaving {
  belongings: Belongings
  kind: RawKind
  timeoutMs: number
  tell: (line: string) => void
}

const LOOK_AGAIN_MS = 500

/**
 * Deletes what a run has made and waits until it is gone; returns what is still there when the time is over. It goes on
 * while the API server cannot be reached, for machines bill meanwhile.
 */
export async function takeAway(leaving: Leaving): Promise<string[]> {
  const { timeoutMs, tell } = leaving
  const end = performance.now() + timeoutMs
  const look = createLook(leaving)
  for (;;) {
    const left = await look()
    if (left.length === 0) return left
    if (performance.now() > end) {
      tell(`still there after ${timeoutMs / 60_000} minutes: ${left.join(', ')}`)
      return left
    }
    await pause(LOOK_AGAIN_MS)
  }
}

/** What is left; the first look that gets through deletes it. */
function createLook({ belongings, kind, tell }: Leaving): () => Promise<string[]> {
  let isGiven = false
  let isSilent = false
  return async () => {
    try {
      if (!isGiven) await belongings.giveBack()
      isGiven = true
      return await belongings.left(kind)
    } catch (error) {
      if (!(error instanceof ApiUnreachable)) throw error
      if (!isSilent) tell(`the API server cannot be reached, still trying to take everything away: ${error.message}`)
      isSilent = true
      return ['what the API server would say if it could be reached']
    }
  }
}
