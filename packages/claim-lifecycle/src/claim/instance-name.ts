import { createHash } from 'node:crypto'

/** What every cloud takes as the name of what it makes for a claim. */
export const INSTANCE_NAME = /^[a-z][a-z0-9]{0,11}$/
const DIGITS = 10
const RANGE = 36n ** BigInt(DIGITS)

/**
 * The name of the claim's instance: its own where that fits `INSTANCE_NAME`, otherwise one made of its UID alone. Nothing
 * that anybody can change decides it, so no edit of a claim can hide its instance and have another one launched.
 */
export function instanceName({ name, uid }: { name: string; uid: string }): string {
  if (INSTANCE_NAME.test(name)) return name
  const digest = createHash('sha256').update(uid).digest()
  return `n${(digest.readBigUInt64BE() % RANGE).toString(36).padStart(DIGITS, '0')}`
}
