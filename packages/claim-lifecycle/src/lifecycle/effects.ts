import { TERMINATION_FINALIZER } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import {
  ApiError,
  type Effects,
  isConflict,
  isNotFound,
  isTooManyRequests,
  type KubernetesObject,
  keyOf,
  type MergePatch,
  NODES,
  type Node,
  type Pod,
  parseKey,
} from '@kaito/controller-kit'
import { failedLaunchAnnotation, failedLaunches } from '../launch/launch-record.ts'
import { isHeld, isLeaving } from '../node/node-facts.ts'
import type { Action } from './action.ts'
import { launchEffect } from './launch-effect.ts'
import { type Pass, tellOfClaim } from './pass.ts'
import { plan } from './plan.ts'

export function effectsOf<T extends KubernetesObject>(pass: Pass<T>): Effects<Action> {
  const { dependencies, seen } = pass
  const { client, instances, cloud } = dependencies
  const { signal } = pass.call
  return {
    hold: () => patchClaim(pass, { finalizers: [...finalizers(pass.current), TERMINATION_FINALIZER] }),
    release: async () => {
      await patchClaim(pass, { finalizers: finalizers(pass.current).filter((one) => one !== TERMINATION_FINALIZER) })
      dependencies.absences.forget(seen.claim.uid)
    },
    labelClaim: ({ labels }) => patchClaim(pass, { labels }),
    recordFailure: async (failure) => {
      await patchClaim(pass, { annotations: failedLaunchAnnotation(seen.claim, failure) })
      pass.outcome.failed = failure
      tellOfClaim(pass, { type: 'Warning', reason: 'LaunchFailed', message: failure.message })
    },
    launch: ({ specs }) => launchEffect(pass, specs, () => justify(pass, 'launch')),
    terminate: async () => {
      await justify(pass, 'terminate')
      const { name, uid: claimUid, deletedAt } = seen.claim
      // The list may be older than the launch that followed the failed one.
      const launch = deletedAt === undefined ? { launch: failedLaunches(seen.claim).last } : {}
      await cloud.terminate({ name, claimUid, ...launch }, pass.call)
      instances.noteTerminated(seen.claim.name)
    },
    lookAgain: async () => instances.listSoon(),
    proveAbsence: () => proveAbsence(pass),
    patchNode: async ({ node, patch }) => {
      const stored = await client.mergePatch(NODES, { name: node.metadata.name }, patch, { signal })
      if (!isLeaving(node)) dependencies.nodes.observe(stored)
    },
    deleteNode: async ({ node }) => {
      await justify(pass, 'deleteNode')
      const { name, uid = '' } = node.metadata
      const left = await client.delete(NODES, { name }, { preconditions: { uid }, signal })
      if (left && isLeaving(left)) dependencies.nodes.observe(left)
    },
    evict: async ({ node, pods }) => {
      await justify(pass, 'evict')
      for (const pod of pods) await evict(pass, node, pod)
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

/**
 * Reads the claim from the server and decides again: what cannot be undone is done only when the claim as stored now
 * still asks for it. Otherwise the pass ends as after a conflict.
 */
async function justify<T extends KubernetesObject>(pass: Pass<T>, action: Action['do']): Promise<void> {
  const { client, adapter } = pass.dependencies
  const fresh = await client.get(adapter.resource, parseKey(keyOf(pass.current)), { signal: pass.call.signal })
  const isSame = fresh !== undefined && fresh.metadata.uid === pass.seen.claim.uid
  if (isSame && plan({ ...pass.seen, claim: adapter.read(fresh) }).some((step) => step.do === action)) return
  throw new ApiError({ status: 409, reason: 'Conflict', message: `the stored claim does not ask for ${action}` })
}

async function proveAbsence<T extends KubernetesObject>(pass: Pass<T>): Promise<void> {
  const { cloud, instances, absences } = pass.dependencies
  const { name, uid, providerID } = pass.seen.claim
  pass.outcome.probed = true
  const found = await cloud.get(name, pass.call)
  if (found?.claimUid === uid) return instances.noteRead(name, found)
  if (found && found.claimUid === undefined && (providerID !== undefined || instances.wasListed(uid))) {
    const message = `instance ${name} serves this claim but does not carry our tags`
    throw new CloudError('NameConflict', message, { remedy: 'delete it in the cloud, then the claim goes too' })
  }
  absences.noteAbsent(uid)
}

async function evict<T extends KubernetesObject>(pass: Pass<T>, node: Node, pod: Pod): Promise<void> {
  const { client, tell } = pass.dependencies
  const { name, namespace = '', uid = '' } = pod.metadata
  try {
    await client.evict({ name, namespace }, { uid }, { signal: pass.call.signal })
  } catch (error) {
    if (isTooManyRequests(error)) {
      const message = `Failed to drain node, ${namespace}/${name} may not be evicted: ${error.message}`
      tell({ ...node, apiVersion: 'v1', kind: 'Node' }, { type: 'Warning', reason: 'FailedDraining', message })
      // A pod of that name that is another one by now needs no eviction for this node.
    } else if (!isNotFound(error) && !isConflict(error)) throw error
  }
}

async function releaseNode<T extends KubernetesObject>(pass: Pass<T>, node: Node): Promise<void> {
  if (!isHeld(node)) return
  const { client } = pass.dependencies
  const { name, resourceVersion } = node.metadata
  const left = finalizers(node).filter((one) => one !== TERMINATION_FINALIZER)
  try {
    const patch = { metadata: { resourceVersion, finalizers: left } }
    await client.mergePatch(NODES, { name }, patch, { signal: pass.call.signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
