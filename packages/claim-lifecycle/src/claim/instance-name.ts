import { createHash } from 'node:crypto'
import { INSTANCE_NAME_ANNOTATION } from '@kaito/api'
import type { Claim } from './claim.ts'

/** What AKS takes as the name of what it makes for a claim. */
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

type Named = Pick<Claim, 'name' | 'instanceName' | 'ownedByNodePool' | 'annotations'>

/** Whether an instance may have another name than the claim: nobody chose the name of a claim that a NodePool made. */
export function mayBeNamedAnew(claim: Named): boolean {
  return claim.ownedByNodePool || recordedInstanceName(claim) === claim.instanceName
}

/** The annotation that tells people the name of the instance, and us that a NodePool made the claim, once it is orphaned. */
export function instanceNameAnnotation(claim: Named): Record<string, string> | undefined {
  if (!claim.ownedByNodePool || claim.instanceName === claim.name) return undefined
  return { [INSTANCE_NAME_ANNOTATION]: claim.instanceName }
}

/**
 * What the annotation says, on a claim that needs it. A claim that was restored under a new UID has the name there that
 * its instance had under the old one.
 */
export function recordedInstanceName({ name, instanceName: own, annotations }: Omit<Named, 'ownedByNodePool'>) {
  return name === own ? undefined : annotations[INSTANCE_NAME_ANNOTATION]
}
