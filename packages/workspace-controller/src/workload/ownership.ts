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

export function isOwnedBy({ metadata }: { metadata: ObjectMetadata }, workspace: Workspace): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid, controller }) => controller && uid === workspace.metadata.uid)
}
