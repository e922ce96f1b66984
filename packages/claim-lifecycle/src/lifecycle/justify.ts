import { CLAIM_UID_LABEL } from '@kaito/api'
import { ApiError, type KubernetesObject, keyOf, NODES, parseKey } from '@kaito/controller-kit'
import { otherHolder } from '../claim/claim-holder.ts'
import type { Action } from './action.ts'
import type { Observed } from './observed.ts'
import type { Pass } from './pass.ts'
import { isEndingLaunch, plan } from './plan.ts'

/**
 * Reads the claim from the server and decides again: what cannot be undone is done only when the claim as stored now
 * still asks for it. Otherwise the pass ends as after a conflict.
 */
export async function justify<T extends KubernetesObject>(pass: Pass<T>, action: Action): Promise<void> {
  const { client, adapter, provisioner } = pass.dependencies
  const fresh = await client.get(adapter.resource, parseKey(keyOf(pass.current)), { signal: pass.call.signal })
  const isSame = fresh !== undefined && fresh.metadata.uid === pass.seen.claim.uid && adapter.isOurs(fresh)
  const claim = isSame ? adapter.read(fresh) : undefined
  const isOurs = claim !== undefined && otherHolder(claim, provisioner) === undefined
  if (isOurs && isPlanned({ ...pass.seen, claim }, action)) return
  throw conflict(`the stored claim does not ask for ${action.do}`)
}

/**
 * That a launch has failed is known from a list, which may be older than the launch after it, if another process made
 * that one. What is done to a Node hits whichever serves the claim now, so the cloud itself is asked first.
 */
export async function confirmEnding<T extends KubernetesObject>(pass: Pass<T>): Promise<void> {
  const { seen, call } = pass
  if (seen.claim.deletedAt !== undefined || !isEndingLaunch(seen)) return
  const { cloud, instances } = pass.dependencies
  const { instanceName: name, uid } = seen.claim
  const found = await cloud.get(name, call)
  const instance = found?.claimUid === uid ? found : undefined
  if (isEndingLaunch({ ...seen, sighting: { known: true, instance } })) return
  if (found) instances.noteRead(name, found)
  throw conflict('the instance is not the one whose launch has failed')
}

/** A Node that the cache has not shown yet would lose its pods without a word: the server is asked before the end. */
export async function confirmNodes<T extends KubernetesObject>({ dependencies, seen, call }: Pass<T>): Promise<void> {
  const labelSelector = `${CLAIM_UID_LABEL}=${seen.claim.uid}`
  const stored = await dependencies.client.list(NODES, { labelSelector, signal: call.signal })
  const known = new Set(seen.nodes.map(({ metadata }) => metadata.uid))
  if (stored.every(({ metadata }) => known.has(metadata.uid))) return
  throw conflict('the cluster has a Node of the instance that this process has not seen yet')
}

function isPlanned(seen: Observed, action: Action): boolean {
  return plan(seen).some((step) => step.do === action.do && launchOf(step) === launchOf(action))
}

/** Another ordinal means that the launch this pass wants to make has been made, and has failed, already. */
function launchOf(action: Action): number | undefined {
  return action.do === 'launch' ? action.specs[0]?.launch : undefined
}

function conflict(message: string): ApiError {
  return new ApiError({ status: 409, reason: 'Conflict', message })
}
