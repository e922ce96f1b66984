import { timestamp, WORKSPACE_FINALIZER, type Workspace } from '@kaito/api'
import { type Cache, type Effects, type KubernetesObject, keyOf, parseKey } from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { createOwned } from '../workload/create-owned.ts'
import { isOwnedBy } from '../workload/ownership.ts'
import { STARTED_AT_ANNOTATION } from '../workload/started-at.ts'
import { endingPatch } from '../workload/tuning/job-end.ts'
import { withoutOthers } from '../workload/without-others.ts'
import { type Workload, workloadOf } from '../workload/workload.ts'
import { Postponed } from './failure.ts'
import { workspaceRef } from './node-request.ts'
import type { Sources } from './observe.ts'
import type { Action } from './plan.ts'
import { WORKSPACES } from './workspaces.ts'

export interface Tools extends Sources {
  workspaces: Cache<Workspace>
}

interface WorkspaceEffects extends Omit<Effects<Action>, 'requestNodes' | 'giveBackNodes'> {
  /** Answers the workload as the server has it now. */
  changeWorkload(action: { workload: Workload }): Promise<Workload>
}

/** What each action does to the world; any of them may run again after a crash. */
export function workspaceEffects(tools: Tools, workspace: Workspace, call: Call): WorkspaceEffects {
  const { client, workspaces, services, provisioner } = tools
  const key = parseKey(keyOf(workspace))
  const others = (workspace.metadata.finalizers ?? []).filter((name) => name !== WORKSPACE_FINALIZER)
  const setFinalizers = (finalizers: string[]) => {
    const { resourceVersion } = workspace.metadata
    return client.mergePatch(WORKSPACES, key, { metadata: { resourceVersion, finalizers } }, call)
  }
  return {
    addFinalizer: async () => workspaces.observe(await setFinalizers([...others, WORKSPACE_FINALIZER])),
    removeFinalizer: () => setFinalizers(others),
    createWorkload: ({ workload }) =>
      createOwned({ client, cache: cacheOf(tools, workload), workspace }, started(tools, workload), call),
    createService: ({ service }) => createOwned({ client, cache: services, workspace }, service, call),
    changeWorkload: ({ workload }) => changeWorkload(tools, workload, call),
    changeService: (action) => changeService(tools, action, call),
    async endJob({ workload, because }) {
      const cache = cacheOf(tools, workload)
      cache.observe(await client.mergePatch(cache.resource, key, endingPatch(because), call))
    },
    deleteWorkload: ({ workload }) => deleteWorkload(tools, { workspace, workload }, call),
    async releaseNodes() {
      const { released, reason = 'Deleting', message = '' } = await provisioner.release(workspaceRef(workspace), call)
      if (!released) throw new Postponed({ reason, message })
    },
  }
}

/** The cache of the workload's kind, as one of any kind. */
function cacheOf({ workloads }: Tools, { kind }: Workload): Cache<KubernetesObject> {
  // A cache is only ever given what the server answered for its own kind.
  return workloads[kind] as unknown as Cache<KubernetesObject>
}

/** Says from when on the server may be expected to answer. */
function started({ clock }: Tools, workload: Workload): KubernetesObject {
  const { metadata } = workload
  const annotations = { ...metadata.annotations, [STARTED_AT_ANNOTATION]: timestamp(clock.now()) }
  return { ...workload, metadata: { ...metadata, annotations } }
}

async function changeWorkload(tools: Tools, workload: Workload, call: Call): Promise<Workload> {
  const cache = cacheOf(tools, workload)
  const standing = cache.get(keyOf(workload))
  if (workload.kind === 'Job' || !workload.spec || !standing) return workload
  const { replicas, template } = workload.spec
  const spec = { replicas, template: withoutOthers(template, workloadOf(workload.kind, standing).spec?.template) }
  // The server refuses (409) to change an object that is newer than the one the change was decided for.
  const { resourceVersion } = standing.metadata
  const patch = { metadata: { resourceVersion, annotations: started(tools, workload).metadata.annotations }, spec }
  const changed = await tools.client.mergePatch(cache.resource, parseKey(keyOf(workload)), patch, call)
  cache.observe(changed)
  return workloadOf(workload.kind, changed)
}

async function changeService(
  { client, services }: Tools,
  { service, movesPort }: Extract<Action, { do: 'changeService' }>,
  call: Call,
): Promise<void> {
  const key = keyOf(service)
  const standing = services.get(key)
  const targetOf = (name: string | undefined) => service.spec?.ports?.find((port) => port.name === name)?.targetPort
  const ports = standing?.spec?.ports?.map((port) => ({ ...port, targetPort: targetOf(port.name) ?? port.targetPort }))
  const { resourceVersion } = standing?.metadata ?? {}
  const patch = { metadata: { resourceVersion }, spec: { type: service.spec?.type, ...(movesPort && { ports }) } }
  services.observe(await client.mergePatch(services.resource, parseKey(key), patch, call))
}

async function deleteWorkload(
  tools: Tools,
  { workspace, workload }: { workspace: Workspace; workload: Workload },
  call: Call,
): Promise<void> {
  const { resource } = cacheOf(tools, workload)
  const key = parseKey(keyOf(workload))
  const standing = await tools.client.get(resource, key, call)
  const { uid, deletionTimestamp } = standing?.metadata ?? {}
  if (!standing || !isOwnedBy(standing, workspace) || uid === undefined || deletionTimestamp !== undefined) return
  await tools.client.delete(resource, key, { preconditions: { uid }, propagationPolicy: 'Background', ...call })
}
