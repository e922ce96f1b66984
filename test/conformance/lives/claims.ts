import { ApiError, isConflict, isNotFound, NODES, PODS } from '../../../packages/controller-kit/src/index.ts'
import { attachmentTo, budgetFor, podOn } from '../claim-form.ts'
import { BUDGETS, VOLUME_ATTACHMENTS } from '../cluster.ts'
import type { Life } from '../evidence.ts'
import { REGISTERED } from '../items/names.ts'
import { EXPIRES_MS } from '../items/node-claim-launch.ts'
import { conditionOf, hasTaint, isTrue, readObject, type Taint } from '../seen-object.ts'
import { firstWith } from '../timeline.ts'
import { Actor, type Stage } from './stage.ts'

/** How long to wait for what a backend does at once if it does it at all. */
const SOON_MS = 15_000
/** How long a cloud may take to refuse what it cannot have. */
const REFUSAL_MS = 120_000
const POD_MS = 180_000
/** Long enough for several tries to evict. */
const HELD_MS = 4_000

/** Taints, labels and a startup taint; three pods, a budget and a volume on its Node; then its end. */
export async function playMarked(stage: Stage): Promise<Life> {
  const actor = new Actor(stage, 'marked')
  await actor.create()
  if (await untilStartupTaintNamed(actor)) await useNode(actor)
  await actor.delete()
  await removeBudget(actor)
  await detachVolume(actor)
  await actor.until(() => actor.isGone)
  return actor.story()
}

/** The Node has joined and is ready, so that nothing but the startup taint is in the way. False if it never comes so far. */
async function untilStartupTaintNamed(actor: Actor): Promise<boolean> {
  const says = () =>
    actor.claim?.status.conditions.some(({ reason }) => reason === 'StartupTaintsExist') || actor.isReady
  const usable = () =>
    actor.node !== undefined && isTrue(actor.node, 'Ready') && actor.node.metadata.labels[REGISTERED] === 'true'
  if (!(await actor.until(() => says() || usable()))) return false
  await actor.until(says, SOON_MS)
  return !actor.isGone
}

async function useNode(actor: Actor): Promise<void> {
  const { kind } = actor.stage.options
  await removeStartupTaints(actor)
  await actor.until(() => actor.isReady)
  const { node, isReady } = actor
  if (!node) return
  if (isReady && kind === 'machine') await loseLabel(actor, node.metadata.name)
  if (isReady) await runPods(actor, node.metadata.name)
  if (kind === 'nodeclaim') await attachVolume(actor, node.metadata.name)
}

async function removeStartupTaints(actor: Actor): Promise<void> {
  const { startupTaints } = readObject(actor.sent).spec
  const isIts = (taint: Taint) => startupTaints.some(({ key, effect }) => key === taint.key && effect === taint.effect)
  for (;;) {
    const name = actor.node?.metadata.name
    const stored = name === undefined ? undefined : await actor.stage.cluster.client.get(NODES, { name })
    if (!stored) return
    const { spec, metadata } = readObject(stored)
    const { resourceVersion } = metadata
    try {
      const patch = { metadata: { resourceVersion }, spec: { taints: spec.taints.filter((taint) => !isIts(taint)) } }
      await actor.stage.cluster.client.mergePatch(NODES, { name: metadata.name }, patch)
      return actor.did('startupTaintRemoved')
    } catch (error) {
      // Taints are one list: whoever changed it meanwhile must not lose its change.
      if (!isConflict(error)) throw error
    }
  }
}

async function loseLabel(actor: Actor, name: string): Promise<void> {
  const patch = { metadata: { labels: { [REGISTERED]: null } } }
  await actor.stage.cluster.client.mergePatch(NODES, { name }, patch)
  actor.did('registeredLabelRemoved')
  const { node } = actor
  await actor.until(() => actor.node?.metadata.labels[REGISTERED] === 'true' && actor.node !== node, SOON_MS)
}

/** One that may be evicted, one that a budget keeps, and one that may only go after these. */
async function runPods(actor: Actor, nodeName: string): Promise<void> {
  const { belongings, options, recorder, tell } = actor.stage
  const { namespace } = options
  const place = (name: string, priorityClassName = '') =>
    belongings.create(PODS, podOn(nodeName, { name, namespace, priorityClassName }))
  const names = [actor.name, actor.guardedName]
  for (const name of names) await place(name)
  try {
    await place(actor.criticalName, 'system-cluster-critical')
    names.push(actor.criticalName)
  } catch (error) {
    // Some clusters keep this priority for their own namespaces.
    if (!(error instanceof ApiError && error.status === 403)) throw error
    tell(`a pod of critical priority is not allowed here: ${error.message}`)
  }
  const run = () => names.every((name) => firstWith(recorder.pod(name), (pod) => isTrue(pod, 'Ready')))
  if (!(await actor.until(run, POD_MS)))
    return tell(`the pods on ${nodeName} did not run; nothing is said about drains`)
  await belongings.create(BUDGETS, budgetFor(actor.guardedName, namespace))
}

/** Held some seconds longer than the pod that nothing keeps. */
async function removeBudget(actor: Actor): Promise<void> {
  const { belongings, options, recorder } = actor.stage
  if (!belongings.has(BUDGETS, actor.guardedName)) return
  const isEvicted = () =>
    firstWith(recorder.pod(actor.name), ({ metadata }) => metadata.deletionTimestamp !== undefined)
  await actor.until(() => isEvicted() !== undefined, SOON_MS)
  await actor.until(() => false, HELD_MS)
  await belongings.delete(BUDGETS, actor.guardedName, options.namespace)
  actor.did('budgetRemoved')
}

async function attachVolume(actor: Actor, nodeName: string): Promise<void> {
  await actor.stage.belongings.create(VOLUME_ATTACHMENTS, attachmentTo(nodeName, actor.name))
  actor.did('volumeAttached')
}

/** Held until the backend says that it waits for the volume, so that what it does meanwhile is seen. */
async function detachVolume(actor: Actor): Promise<void> {
  if (actor.acts.volumeAttached === undefined) return
  const waits = () => (actor.claim ? conditionOf(actor.claim, 'VolumesDetached')?.status === 'Unknown' : false)
  await actor.until(waits, SOON_MS)
  await actor.stage.belongings.delete(VOLUME_ATTACHMENTS, actor.name)
  actor.did('volumeDetached')
}

/** Becomes ready and ends; a Machine by the deletion of its Node, if that ends it. */
export async function playPlain(stage: Stage): Promise<Life> {
  const actor = new Actor(stage, 'plain')
  await actor.create()
  await actor.until(() => actor.isReady)
  await actor.until(() => actor.node !== undefined && !hasTaint(actor.node, NOT_READY), SOON_MS)
  if (stage.options.kind === 'machine') await deleteNode(actor)
  await actor.delete()
  await actor.until(() => actor.isGone)
  return actor.story()
}

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

async function deleteNode(actor: Actor): Promise<void> {
  const { node, stage } = actor
  if (!node) return
  const { name, uid } = node.metadata
  actor.did('nodeDeleted')
  await stage.cluster.client.delete(NODES, { name }, { preconditions: { uid } }).catch((error: unknown) => {
    // Somebody was faster, which is as good.
    if (!isNotFound(error) && !isConflict(error)) throw error
  })
  await actor.until(() => actor.claim?.metadata.deletionTimestamp !== undefined, SOON_MS)
}

/** Asks for a size that nobody has. */
export async function playImpossible(stage: Stage): Promise<Life> {
  const actor = new Actor(stage, 'impossible')
  await actor.create()
  const isMachine = stage.options.kind === 'machine'
  if (isMachine)
    await actor.until(() => Boolean(actor.claim?.status.conditions.some(({ message }) => message)), REFUSAL_MS)
  // It expires by itself.
  else await actor.until(() => false, EXPIRES_MS + 2 * SOON_MS)
  await actor.delete()
  await actor.until(() => actor.isGone)
  return actor.story()
}

/** Asks for a size that is sold out, or for a class that makes it impossible. */
export async function playUnavailable(stage: Stage): Promise<Life> {
  const actor = new Actor(stage, 'unavailable')
  await actor.create()
  await actor.until(() => false)
  await actor.delete()
  await actor.until(() => actor.isGone)
  return actor.story()
}

export async function playLongName(stage: Stage): Promise<Life> {
  const actor = new Actor(stage, 'longName')
  await actor.create()
  await actor.until(
    () => Boolean(actor.claim?.status.conditions.some(({ message }) => message.includes('['))),
    REFUSAL_MS,
  )
  await actor.delete()
  await actor.until(() => actor.isGone)
  return actor.story()
}

/** Is there while all others live. */
export async function playForeign(stage: Stage, others: Promise<unknown>): Promise<Life> {
  const actor = new Actor(stage, 'foreign')
  await actor.create()
  await others
  await actor.delete()
  await actor.until(() => actor.isGone)
  return actor.story()
}
