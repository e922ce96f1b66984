import { PROVISIONER_KEY } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from './claim.ts'
import type { ProvisionerIdentity } from './provisioner-identity.ts'

/** The annotation that goes onto a claim together with the finalizer, for other provisioners to see. */
export function holderAnnotation({ name }: ProvisionerIdentity): Record<string, string> {
  return { [PROVISIONER_KEY]: name }
}

/** Who else has the claim, in words; undefined for one that this provisioner has, or may take. */
export function otherHolder(
  { annotations, held }: Pick<Claim, 'annotations' | 'held'>,
  { name, takesUnnamed }: ProvisionerIdentity,
): string | undefined {
  const noted = annotations[PROVISIONER_KEY]
  if (noted) return noted === name ? undefined : `the provisioner ${noted}`
  return held && !takesUnnamed ? 'a provisioner that left no name there' : undefined
}

/** Whether a Node that carries the UID of a claim is for this provisioner to look after. */
export function isNodeOf({ name, takesUnnamed }: ProvisionerIdentity, { metadata }: Node): boolean {
  const noted = metadata.labels?.[PROVISIONER_KEY]
  return noted === undefined ? takesUnnamed : noted === name
}
