import { WORKSPACE_FINALIZER, type Workspace } from '@kaito/api'

/** Only a held Workspace may have nodes: its deletion waits until they are given back. */
export function isHeld({ metadata }: Workspace): boolean {
  return metadata.finalizers?.includes(WORKSPACE_FINALIZER) ?? false
}
