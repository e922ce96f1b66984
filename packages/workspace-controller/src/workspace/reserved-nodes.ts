import { existingNodeNames } from '@kaito/api'
import type { KubeClient } from '@kaito/controller-kit'
import type { Call, WorkspaceRef } from '@kaito/node-provisioner'
import { WORKSPACES } from './workspaces.ts'

/** Names of existing nodes on record in Workspaces other than this one, as the server has them now. */
export function reservedNodes(client: KubeClient) {
  return async ({ uid }: WorkspaceRef, call: Call): Promise<string[]> => {
    const others = (await client.list(WORKSPACES, call)).filter(({ metadata }) => metadata.uid !== uid)
    return existingNodeNames(others.flatMap(({ status }) => status?.slots ?? []))
  }
}
