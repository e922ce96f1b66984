import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { ObjectMetadata } from '@kaito/controller-kit'

/** Metadata of every object that lives and dies with a Workspace of the same name. */
export function ownedMetadata({ metadata }: Workspace): ObjectMetadata {
  const { name, namespace, uid = '' } = metadata
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [WORKSPACE_LABEL]: name },
    // Spelled out: objects that came in a list may lack their own type.
    ownerReferences: [{ apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name, uid, controller: true }],
  }
}

/** Belongs to a Workspace that had this name before: Kubernetes removes it by itself. */
export function isOwnedByNamesake({ metadata }: { metadata: ObjectMetadata }, workspace: Workspace): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, name, controller }) => controller && kind === 'Workspace' && name === workspace.metadata.name,
  )
}

export function isOwnedBy({ metadata }: { metadata: ObjectMetadata }, workspace: Workspace): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid, controller }) => controller && uid === workspace.metadata.uid)
}
