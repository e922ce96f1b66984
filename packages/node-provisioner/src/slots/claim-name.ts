import { createHash } from 'node:crypto'

const DIGITS = 9
const RANGE = 36n ** BigInt(DIGITS)

/**
 * Name of the claim for one attempt at one node of a Workspace. A pure function of what it stands for, so that asking
 * again after a crash asks for the same claim. Fits every backend: `^[a-z][a-z0-9]{0,10}$`.
 */
export function claimName(slot: { workspaceUid: string; ordinal: number; attempt: number }): string {
  const digest = createHash('sha256').update(`${slot.workspaceUid}/${slot.ordinal}/${slot.attempt}`).digest()
  return `ws${(digest.readBigUInt64BE() % RANGE).toString(36).padStart(DIGITS, '0')}`
}
