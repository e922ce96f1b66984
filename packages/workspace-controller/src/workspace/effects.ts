import { WORKSPACE_FINALIZER, type Workspace } from '@kaito/api'
import {
  type Cache,
  DEPLOYMENTS,
  type Effects,
  type KubernetesObject,
  keyOf,
  parseKey,
  SERVICES,
} from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { createOwned } from '../workload/create-owned.ts'
import { isOwnedBy } from '../workload/ownership.ts'
import { Postponed } from './failure.ts'
import { workspaceRef } from './node-request.ts'
import type { Sources } from './observe.ts'
import type { Action } from './plan.ts'
import { WORKSPACES } from './workspaces.ts'

export interface Tools extends Sources {
  workspaces: Cache<Workspace>
}

type WorkspaceEffects = Omit<Effects<Action>, 'requestNodes'>

/** What each action does to the world; any of them may run again after a crash. */
export function workspaceEffects(tools: Tools, workspace: Workspace, call: Call): WorkspaceEffects {
  const { client, workspaces, deployments, services, provisioner } = tools
  const key = parseKey(keyOf(workspace))
  const others = (workspace.metadata.finalizers ?? []).filter((name) => name !== WORKSPACE_FINALIZER)
  const setFinalizers = (finalizers: string[]) => {
    const { resourceVersion } = workspace.metadata
    return client.mergePatch(WORKSPACES, key, { metadata: { resourceVersion, finalizers } }, call)
  }
  /** Makes the server refuse (409) to change an object that is newer than the one the change was decided for. */
  const seenVersion = (cache: Cache<KubernetesObject>) => ({
    resourceVersion: cache.get(keyOf(workspace))?.metadata.resourceVersion,
  })
  return {
    addFinalizer: async () => workspaces.observe(await setFinalizers([...others, WORKSPACE_FINALIZER])),
    removeFinalizer: () => setFinalizers(others),
    createDeployment: ({ deployment }) => createOwned({ client, cache: deployments, workspace }, deployment, call),
    createService: ({ service }) => createOwned({ client, cache: services, workspace }, service, call),
    async changeDeployment({ deployment: { metadata, spec } }) {
      const { annotations } = metadata
      const desired = { replicas: spec?.replicas, template: spec?.template }
      const patch = { metadata: { ...seenVersion(deployments), annotations }, spec: desired }
      deployments.observe(await client.mergePatch(DEPLOYMENTS, key, patch, call))
    },
    async changeService({ service: { spec } }) {
      const patch = { metadata: seenVersion(services), spec: { type: spec?.type } }
      services.observe(await client.mergePatch(SERVICES, key, patch, call))
    },
    async deleteWorkload() {
      const standing = await client.get(DEPLOYMENTS, key, call)
      const { uid, deletionTimestamp } = standing?.metadata ?? {}
      if (!standing || !isOwnedBy(standing, workspace) || uid === undefined || deletionTimestamp !== undefined) return
      await client.delete(DEPLOYMENTS, key, { preconditions: { uid }, propagationPolicy: 'Background', ...call })
    },
    async releaseNodes() {
      const { released, reason = 'Deleting', message = '' } = await provisioner.release(workspaceRef(workspace), call)
      if (!released) throw new Postponed({ reason, message })
    },
  }
}
