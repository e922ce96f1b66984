import { createHash } from 'node:crypto'

const DIGITS = 9
const RANGE = 36n ** BigInt(DIGITS)

/**
 * Name of the claim for one attempt at one node of a Workspace. A pure function of what it stands for, so that asking
 * again after a crash asks for the same claim. Fits every backend: `^[a-z][a-z0-9]{0,10}$`.
 */
export function claimName(slot: { workspaceUid: string; ordinal: number; attempt: number }): string {
  return nameOf(`${slot.workspaceUid}/${slot.ordinal}/${slot.attempt}`)
}

/** Name of the NodePool of a Workspace, in the same way; Karpenter begins the names of its claims with it. */
export function poolName(workspaceUid: string): string {
  return nameOf(`${workspaceUid}/pool`)
}

function nameOf(text: string): string {
  const digest = createHash('sha256').update(text).digest()
  return `ws${(digest.readBigUInt64BE() % RANGE).toString(36).padStart(DIGITS, '0')}`
}
