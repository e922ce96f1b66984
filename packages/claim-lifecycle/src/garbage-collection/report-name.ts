import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'

/** Name of the ConfigMap in which a provisioner asks for an approval of deletions. */
export function reportName({ name }: Pick<ProvisionerIdentity, 'name'>): string {
  return `${name}-deletions`
}
