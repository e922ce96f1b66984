import { TERMINATION_FINALIZER, TERMINATION_TIMESTAMP_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import {
  type Effects,
  isNotFound,
  type KubernetesObject,
  keyOf,
  type MergePatch,
  NODES,
  type Node,
  parseKey,
} from '@kaito/controller-kit'
import { adoptEffect } from '../adoption/adopt-effect.ts'
import { strangerMessage } from '../adoption/adoption.ts'
import { evictPods, removePods } from '../drain/effects.ts'
import { failedLaunchAnnotation, failedLaunches } from '../launch/launch-record.ts'
import { isHeld, isLeaving } from '../node/node-facts.ts'
import { releasePatch } from '../node/release-patch.ts'
import { podsLeftBehind } from '../termination/left-behind.ts'
import type { Action } from './action.ts'
import { confirmEnding, confirmNodes, justify } from './justify.ts'
import { launchEffect } from './launch-effect.ts'
import { type Pass, tellOfClaim } from './pass.ts'

export function effectsOf<T extends KubernetesObject>(pass: Pass<T>): Effects<Action> {
  const { dependencies, seen } = pass
  const { client, instances } = dependencies
  const { signal } = pass.call
  return {
    hold: ({ annotations }) =>
      patchClaim(pass, {
        finalizers: [...finalizers(pass.current), TERMINATION_FINALIZER],
        annotations,
      }),
    release: async () => {
      await patchClaim(pass, { finalizers: finalizers(pass.current).filter((one) => one !== TERMINATION_FINALIZER) })
      dependencies.absences.forget(seen.claim.uid)
      dependencies.terminations.forget(seen.claim.uid)
    },
    labelClaim: ({ labels }) => patchClaim(pass, { labels }),
    tell: async ({ event }) => tellOfClaim(pass, event),
    endClaim: (action) => endClaim(pass, action),
    recordFailure: async (failure) => {
      await patchClaim(pass, { annotations: failedLaunchAnnotation(seen.claim, failure) })
      pass.outcome.failed = failure
      tellOfClaim(pass, { type: 'Warning', reason: 'LaunchFailed', message: failure.message })
    },
    launch: (action) => launchEffect(pass, action.specs, () => justify(pass, action)),
    setTerminationTime: ({ at }) => setTerminationTime(pass, at),
    terminate: (action) => terminate(pass, action),
    adopt: (action) => adoptEffect(pass, () => justify(pass, action)),
    lookAgain: async () => instances.listSoon(),
    proveAbsence: () => proveAbsence(pass),
    patchNode: async ({ node, patch }) => {
      await confirmEnding(pass)
      const stored = await client.mergePatch(NODES, { name: node.metadata.name }, patch, { signal })
      if (!isLeaving(node)) dependencies.nodes.observe(stored)
    },
    deleteNode: async (action) => {
      await justify(pass, action)
      await confirmEnding(pass)
      const { name, uid = '' } = action.node.metadata
      const left = await client.delete(NODES, { name }, { preconditions: { uid }, signal })
      if (left && isLeaving(left)) dependencies.nodes.observe(left)
    },
    evict: async (action) => {
      await justify(pass, action)
      await confirmEnding(pass)
      await evictPods(pass, action.node, action.pods)
    },
    removePods: async (action) => {
      await justify(pass, action)
      await confirmEnding(pass)
      await removePods(pass, action.removals)
    },
    releaseNode: ({ node }) => releaseNode(pass, node),
  }
}

function finalizers({ metadata }: KubernetesObject): string[] {
  return metadata.finalizers ?? []
}

async function patchClaim<T extends KubernetesObject>(pass: Pass<T>, metadata: MergePatch): Promise<void> {
  const { client, adapter, claims } = pass.dependencies
  const { resourceVersion } = pass.current.metadata
  const patch = { metadata: { ...metadata, resourceVersion } }
  const key = parseKey(keyOf(pass.current))
  pass.current = await client.mergePatch(adapter.resource, key, patch, { signal: pass.call.signal })
  // What is being deleted may be gone with this write: taking it in again would bring it back.
  if (pass.seen.claim.deletedAt === undefined) claims.observe(pass.current)
}

async function endClaim<T extends KubernetesObject>(
  pass: Pass<T>,
  action: Extract<Action, { do: 'endClaim' }>,
): Promise<void> {
  await justify(pass, action)
  const { event } = action
  const { client, adapter, claims } = pass.dependencies
  const preconditions = { uid: pass.seen.claim.uid }
  const key = parseKey(keyOf(pass.current))
  const left = await client.delete(adapter.resource, key, { preconditions, signal: pass.call.signal })
  if (event) tellOfClaim(pass, event)
  if (left && isLeaving(left)) claims.observe(left)
  pass.outcome.ended = true
}

async function setTerminationTime<T extends KubernetesObject>(pass: Pass<T>, at: string): Promise<void> {
  await patchClaim(pass, { annotations: { [TERMINATION_TIMESTAMP_ANNOTATION]: at } })
  // Our finalizer still holds it, unlike after a release.
  pass.dependencies.claims.observe(pass.current)
  const message = `All pods will be deleted by ${at}`
  tellOfClaim(pass, { type: 'Warning', reason: 'TerminationGracePeriodExpiring', message })
}

async function terminate<T extends KubernetesObject>(
  pass: Pass<T>,
  action: Extract<Action, { do: 'terminate' }>,
): Promise<void> {
  await justify(pass, action)
  await confirmNodes(pass)
  const { again } = action
  const { cloud, instances, terminations } = pass.dependencies
  const { instanceName: name, uid: claimUid, deletedAt } = pass.seen.claim
  const left = again ? undefined : podsLeftBehind(pass.seen)
  if (left) tellOfClaim(pass, { type: 'Warning', ...left })
  // The list may be older than the launch that followed the failed one.
  const launch = deletedAt === undefined ? { launch: failedLaunches(pass.seen.claim).last } : {}
  terminations.note(claimUid)
  await cloud.terminate({ name, claimUid, ...launch, ...(again && { again }) }, pass.call)
  pass.outcome.terminated = true
  instances.noteTerminated(name)
}

async function proveAbsence<T extends KubernetesObject>(pass: Pass<T>): Promise<void> {
  const { cloud, instances, absences } = pass.dependencies
  const { instanceName: name, uid, providerID } = pass.seen.claim
  pass.outcome.probed = true
  const found = await cloud.get(name, pass.call)
  if (found?.claimUid === uid) return instances.noteRead(name, found)
  // The list did not show it yet: the next pass adopts it, or says why it cannot.
  if (found && found.claimUid === undefined && providerID !== undefined) return instances.noteRead(name, found)
  if (found && found.claimUid === undefined && instances.wasListed(uid)) {
    throw new CloudError('NameConflict', strangerMessage(found))
  }
  absences.noteAbsent(uid)
}

async function releaseNode<T extends KubernetesObject>(pass: Pass<T>, node: Node): Promise<void> {
  if (!isHeld(node)) return
  const { client } = pass.dependencies
  try {
    await client.mergePatch(NODES, { name: node.metadata.name }, releasePatch(node), { signal: pass.call.signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
