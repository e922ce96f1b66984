import type { Life } from '../evidence.ts'
import { hasTaint, type SeenObject } from '../seen-object.ts'
import { asOf, firstWith, goneAtMs, last, living } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { FINALIZER, REGISTERED, WATCH_SLACK_MS } from './names.ts'

/** What both kinds of claim have in common about the Node; each answers what is wrong, or undefined. */

/** The Node when it was first seen registered. */
function registeredNode({ node }: Life): SeenObject | undefined {
  return firstWith(node, ({ metadata }) => metadata.labels[REGISTERED] === 'true')?.object
}

const missingKeys = (wanted: Record<string, string>, there: Record<string, string>) =>
  Object.keys(wanted).filter((key) => there[key] !== wanted[key])

/** Owner, finalizer, annotations, labels and taints, all there when the Node first shows itself registered. */
export function registrationFault(life: Life, owner: { apiVersion: string; kind: string }): string | undefined {
  const node = registeredNode(life)
  if (!node) return 'the Node was never labelled as registered'
  const { metadata } = node
  const uid = last(life.claim)?.metadata.uid
  const owners = metadata.ownerReferences.filter((reference) => reference.uid === uid)
  const [own] = owners
  if (owners.length !== 1 || !own) return `${owners.length} owner references to the claim`
  if (own.apiVersion !== owner.apiVersion || own.kind !== owner.kind || !own.blockOwnerDeletion)
    return `an owner reference ${JSON.stringify(own)}`
  if (!metadata.finalizers.includes(FINALIZER)) return `finalizers ${JSON.stringify(metadata.finalizers)}`
  const { sent } = life
  const lost = [
    ...missingKeys(sent.metadata.annotations, metadata.annotations),
    ...missingKeys(sent.metadata.labels, metadata.labels),
    ...[...sent.spec.taints, ...sent.spec.startupTaints].flatMap((taint) => (hasTaint(node, taint) ? [] : taint.key)),
  ]
  return lost.length > 0 ? `a registered Node without ${lost.join(', ')}` : undefined
}

/** No launch before the finalizer. */
export function finalizerFault({ claim, node }: Life): string | undefined {
  const unheld = firstWith(
    claim,
    ({ metadata, status }) => status.providerID !== '' && !metadata.finalizers.includes(FINALIZER),
  )
  if (unheld) return 'a provider ID on a claim without the finalizer'
  const heldAtMs = firstWith(claim, ({ metadata }) => metadata.finalizers.includes(FINALIZER))?.atMs
  if (heldAtMs === undefined) return 'no finalizer at any time'
  const nodeAtMs = node[0]?.atMs
  return nodeAtMs !== undefined && nodeAtMs < heldAtMs - WATCH_SLACK_MS ? 'a Node before the finalizer' : undefined
}

/** The Node ends first, and the claim is held until then. */
export function endingFault({ claim, node, acts }: Life): string | undefined {
  const claimGone = goneAtMs(claim)
  const nodeGone = goneAtMs(node)
  if (claimGone === undefined) return 'the claim was never gone'
  if (nodeGone === undefined) return 'the claim was gone before its Node'
  if (nodeGone > claimGone + WATCH_SLACK_MS) return `the Node was gone ${seconds(nodeGone - claimGone)} after the claim`
  const ending = living(claim).filter(({ object }) => object.metadata.deletionTimestamp !== undefined)
  const unheld = ending.find(
    ({ atMs, object }) => atMs < nodeGone - WATCH_SLACK_MS && !object.metadata.finalizers.includes(FINALIZER),
  )
  if (unheld) return 'the claim lost its finalizer while its Node was there'
  const closing = firstWith(node, ({ metadata }) => metadata.deletionTimestamp !== undefined)
  if (acts.deleted !== undefined && closing && closing.atMs < acts.deleted - WATCH_SLACK_MS)
    return 'the Node was deleted before the claim'
  return undefined
}

/** A pod with a budget stays, and its Node with it, until the budget goes; somebody is told. */
export function budgetVerdict({ guarded, node, events, acts }: Life): Verdict {
  const { budgetRemoved } = acts
  if (budgetRemoved === undefined) return notApplicable('no pod ran on the Node')
  const evicted = firstWith(guarded, ({ metadata }) => metadata.deletionTimestamp !== undefined)
  const nodeGone = goneAtMs(node)
  const early = (at: number | undefined) => at !== undefined && at < budgetRemoved
  return unless(
    early(evicted?.atMs) && 'the pod was evicted in spite of its budget',
    early(nodeGone) && 'the Node went with the pod on it',
    !events.some(({ reason }) => reason === 'FailedDraining') && 'no event FailedDraining',
    evicted === undefined && 'the pod was not evicted when its budget was gone',
  )
}

/** A critical pod stays while any other is there. */
export function criticalVerdict({ guarded, critical, acts }: Life): Verdict {
  if (acts.budgetRemoved === undefined || critical.length === 0) return notApplicable('no such pod ran on the Node')
  const evictedAtMs = firstWith(critical, ({ metadata }) => metadata.deletionTimestamp !== undefined)?.atMs
  const othersGone = goneAtMs(guarded)
  return unless(
    evictedAtMs === undefined && 'the critical pod was never evicted',
    othersGone === undefined && 'the other pod was never gone',
    (evictedAtMs ?? 0) < (othersGone ?? 0) && 'the critical pod was evicted while another was there',
  )
}

/** A startup taint that was taken off stays off. */
export function startupTaintFault({ sent, node, acts }: Life): string | undefined {
  const { startupTaintRemoved: removedAtMs } = acts
  if (removedAtMs === undefined) return 'the Node never came so far that a startup taint could be taken off'
  const back = living(node).find(
    ({ atMs, object }) =>
      atMs > removedAtMs + WATCH_SLACK_MS && sent.spec.startupTaints.some((taint) => hasTaint(object, taint)),
  )
  return back ? 'the startup taint came back' : undefined
}

/** The Node's label says that it is initialized before the claim does. */
export function initializedLabelFault({ node, claim }: Life, { type, label }: { type: string; label: string }) {
  const saidAtMs = firstWith(claim, ({ status }) =>
    status.conditions.some((condition) => condition.type === type && condition.status === 'True'),
  )?.atMs
  if (saidAtMs === undefined) return `${type} never was True`
  const labelled = asOf(node, saidAtMs + WATCH_SLACK_MS)?.metadata.labels[label]
  return labelled === 'true' ? undefined : `the Node had the label ${label}=${labelled} when ${type} became True`
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
