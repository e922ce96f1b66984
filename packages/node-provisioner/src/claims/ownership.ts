import { WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL, WORKSPACE_UID_ANNOTATION } from '@kaito/api'
import type { IndexFunctions, KubernetesObject } from '@kaito/controller-kit'
import type { WorkspaceRef } from '../node-provisioner.ts'

export function ownerLabels({ name, namespace }: WorkspaceRef): Record<string, string> {
  return { [WORKSPACE_LABEL]: name, [WORKSPACE_NAMESPACE_LABEL]: namespace }
}

export function ownerSelector(workspace: WorkspaceRef): string {
  return Object.entries(ownerLabels(workspace))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** The UID decides: a Workspace of the same name made later owns nothing of its predecessor's. */
export function isOwnedBy({ metadata }: KubernetesObject, workspace: WorkspaceRef): boolean {
  const isLabelled = Object.entries(ownerLabels(workspace)).every(([key, value]) => metadata.labels?.[key] === value)
  return isLabelled && metadata.annotations?.[WORKSPACE_UID_ANNOTATION] === workspace.uid
}

export const BY_WORKSPACE = 'workspaceUid'

/** Indexes that a cache of claims or NodePools should have; without them more is asked of the server. */
export const CLAIM_INDEXES: IndexFunctions<KubernetesObject> = {
  [BY_WORKSPACE]: ({ metadata }) => [metadata.annotations?.[WORKSPACE_UID_ANNOTATION] ?? ''],
}
