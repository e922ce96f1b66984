import { existingNodeNames } from '@kaito/api'
import type { NodeRequest, WorkspaceRef } from '../node-provisioner.ts'

/** Which Workspaces have an existing node on record, as their last passes showed it. */
export interface NodeIndex {
  see(request: NodeRequest): void
  forget(workspace: WorkspaceRef): void
  workspacesOn(nodeName: string): WorkspaceRef[]
}

export function createNodeIndex(): NodeIndex {
  const namesByUid = new Map<string, string[]>()
  const workspacesByName = new Map<string, Map<string, WorkspaceRef>>()

  function set(workspace: WorkspaceRef, names: string[]): void {
    for (const name of namesByUid.get(workspace.uid) ?? []) {
      const workspaces = workspacesByName.get(name)
      workspaces?.delete(workspace.uid)
      if (workspaces?.size === 0) workspacesByName.delete(name)
    }
    if (names.length === 0) namesByUid.delete(workspace.uid)
    else namesByUid.set(workspace.uid, names)
    for (const name of names) {
      const workspaces = workspacesByName.get(name) ?? new Map<string, WorkspaceRef>()
      workspacesByName.set(name, workspaces.set(workspace.uid, workspace))
    }
  }

  return {
    see: ({ workspace, slots }) => set(workspace, existingNodeNames(slots)),
    forget: (workspace) => set(workspace, []),
    workspacesOn: (name) => [...(workspacesByName.get(name)?.values() ?? [])],
  }
}
