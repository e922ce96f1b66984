import { INSTANCE_NAME_ANNOTATION } from '@kaito/api'
import type { Claim } from './claim.ts'

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
