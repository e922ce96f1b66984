/** A launch this recent may not be visible to every reader of the cloud yet. */
const YOUNG_MS = 180_000
/** Between two answers that count as two. */
const PAUSE_MS = 1_000
/** The same for an instance that nobody has ever seen. */
const UNSEEN_PAUSE_MS = 10_000
/** After a list gave the first answer the next list gives the second; asking for this one alone is the way out. */
const LISTED_PAUSE_MS = 15_000

export interface AbsenceProofs {
  /**
   * A launch is about to be sent: earlier answers prove nothing any more. The result takes that back, for a launch that
   * the cloud has certainly not carried out.
   */
  launchSent(claimUid: string): () => void
  /** The cloud answered, uncached, that there is no instance. */
  noteAbsent(claimUid: string): void
  /** A full list, begun at that monotonic time, does not show an instance any more that was seen ending. */
  noteEnded(claimUid: string, begunAt: number): void
  forget(claimUid: string): void
  of(claim: { uid: string; createdAt: string }, wasSeen: boolean): { proven: boolean; pausedMs: number }
}

interface Proof {
  answers: number
  lastAt: number
  pauseMs: number | undefined
}

/**
 * Counts the cloud's own answers that an instance does not exist: one is enough, two are needed while a launch may be
 * young. `now` and `monotonic` are the clock's; a claim older than this process may have been launched by the one before.
 */
export function createAbsenceProofs(clock: { now(): number; monotonic(): number }): AbsenceProofs {
  const proofs = new Map<string, Proof>()
  const sentAt = new Map<string, number>()
  const startedAt = { wall: clock.now(), monotonic: clock.monotonic() }

  function isYoung({ uid, createdAt }: { uid: string; createdAt: string }): boolean {
    const inherited = Date.parse(createdAt) <= startedAt.wall ? startedAt.monotonic : undefined
    const lastLaunch = sentAt.get(uid) ?? inherited
    return lastLaunch !== undefined && clock.monotonic() - lastLaunch < YOUNG_MS
  }

  function count(uid: string, pauseMs?: number): void {
    proofs.set(uid, { answers: (proofs.get(uid)?.answers ?? 0) + 1, lastAt: clock.monotonic(), pauseMs })
  }

  return {
    launchSent(uid) {
      const before = sentAt.get(uid)
      sentAt.set(uid, clock.monotonic())
      proofs.delete(uid)
      return () => void (before === undefined ? sentAt.delete(uid) : sentAt.set(uid, before))
    },
    noteAbsent: (uid) => count(uid),
    noteEnded(uid, begunAt) {
      if (begunAt > (sentAt.get(uid) ?? Number.NEGATIVE_INFINITY)) count(uid, LISTED_PAUSE_MS)
    },
    forget(uid) {
      proofs.delete(uid)
      sentAt.delete(uid)
    },
    of(claim, wasSeen) {
      const proof = proofs.get(claim.uid)
      if (!proof) return { proven: false, pausedMs: 0 }
      if (proof.answers >= (isYoung(claim) ? 2 : 1)) return { proven: true, pausedMs: 0 }
      const pauseMs = proof.pauseMs ?? (wasSeen ? PAUSE_MS : UNSEEN_PAUSE_MS)
      return { proven: false, pausedMs: Math.max(0, proof.lastAt + pauseMs - clock.monotonic()) }
    },
  }
}
