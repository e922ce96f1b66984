/** When the cloud was asked to end an instance, as far as this process knows. */
export interface TerminationRequests {
  note(claimUid: string): void
  /**
   * Milliseconds since it was asked last. Of an instance that was ending before this process began the first call counts
   * as the request: nobody knows the time of the real one.
   */
  agoMs(claimUid: string): number
  forget(claimUid: string): void
}

/** `monotonic` is the clock's: setting the time of day asks nobody again. */
export function createTerminationRequests(clock: { monotonic(): number }): TerminationRequests {
  const askedAt = new Map<string, number>()
  return {
    note: (claimUid) => void askedAt.set(claimUid, clock.monotonic()),
    agoMs(claimUid) {
      const at = askedAt.get(claimUid) ?? clock.monotonic()
      askedAt.set(claimUid, at)
      return clock.monotonic() - at
    },
    forget: (claimUid) => void askedAt.delete(claimUid),
  }
}
