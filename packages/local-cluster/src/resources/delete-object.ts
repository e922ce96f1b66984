import type { KindRef, KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, jsonEqual, listAt, stringAt } from '../json.ts'
import type { KindDefinition, UserInfo } from '../kind-definition.ts'
import { conflict, forbidden } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { refused } from './object-metadata.ts'
import { isFinished, removeObject, storedAt } from './update-object.ts'

export interface DeleteRequest {
  user: UserInfo
  dryRun: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
  /** By the older `orphanDependents: false`: an object that stays for now is answered by 202. */
  cascading?: boolean
}

const JOB_WARNING =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** What to warn of before anything is deleted. */
export function deletionWarnings({ group, plural }: KindRef, { propagationPolicy }: DeleteRequest): string[] {
  return group === 'batch' && plural === 'jobs' && propagationPolicy === undefined ? [JOB_WARNING] : []
}

/** `removed` is false while finalizers or a grace period hold the object. */
interface Deletion {
  removed: boolean
  object: KubeObject
}

/** Holds a CustomResourceDefinition until its objects are gone. */
export const CRD_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const PROTECTED_NAMESPACES = new Set(['default', 'kube-system', 'kube-public'])
const PROPAGATION_FINALIZERS = ['foregroundDeletion', 'orphan']

export function deleteObject(engine: ApiEngine, target: Target, request: DeleteRequest): Deletion {
  const { kind, name } = target
  const { user, dryRun } = request
  if (kind.group === '' && kind.plural === 'namespaces' && PROTECTED_NAMESPACES.has(name)) {
    throw forbidden(refused(target), 'this namespace may not be deleted')
  }
  const stored = storedAt(engine, target)
  checkDeletePreconditions(target, request, stored.object)
  if (isLeaving(stored.object)) return { removed: false, object: stored.object }
  engine.preparer.validate({ kind, operation: 'delete', object: stored.object, oldObject: stored.object, user, dryRun })
  const object = markedForDeletion(engine, target, { request, object: stored.object })
  // The first request only marks a namespace, also one that nothing holds.
  const isMarked = object.kind === 'Namespace' && stored.object.metadata.deletionTimestamp === undefined
  const goes = isFinished(object) && !isMarked
  if (dryRun) return { removed: goes, object: goes && !isPod(kind) ? stored.object : object }
  if (goes) return { removed: true, object: removed(engine, kind, { stored, object }) }
  return { removed: false, object: object === stored.object ? object : engine.store.put(kind, object).object }
}

/** A namespace that is being emptied is not marked again. */
function isLeaving({ kind, metadata, spec }: KubeObject): boolean {
  return kind === 'Namespace' && metadata.deletionTimestamp !== undefined && listAt(spec, 'finalizers').length > 0
}

function isPod({ group, plural }: KindDefinition): boolean {
  return group === '' && plural === 'pods'
}

/** Kinds with a grace period are marked before they go, however short it is. */
function removed(
  engine: ApiEngine,
  kind: KindDefinition,
  { stored, object }: { stored: StoredObject; object: KubeObject },
): KubeObject {
  const last = isPod(kind) && object !== stored.object ? engine.store.put(kind, object) : stored
  return removeObject(engine, kind, last).object
}

/** Refuses to delete another object, or another state of it, than the request means. */
export function checkDeletePreconditions(
  target: Target,
  { preconditions = {} }: DeleteRequest,
  { metadata }: KubeObject,
): void {
  const { uid, resourceVersion } = preconditions
  if (target.kind.kind === 'Namespace') {
    checkNamespacePreconditions(target, preconditions, metadata)
    return
  }
  // The real server names the kind here, not its plural.
  const record = { group: target.kind.group, plural: target.kind.kind, name: target.name }
  if (uid !== undefined && uid !== metadata.uid) {
    const facts = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid})`
    throw conflict(record, `${facts}. The object might have been deleted and then recreated`)
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const facts = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion})`
    throw conflict(record, `${facts}. The object might have been modified`)
  }
}

/** Namespaces are deleted by code of their own, with words of its own. */
function checkNamespacePreconditions(
  target: Target,
  { uid, resourceVersion }: NonNullable<DeleteRequest['preconditions']>,
  metadata: KubeObject['metadata'],
): void {
  const refuse = (what: string, wanted: string, found = '') =>
    conflict(
      refused(target),
      `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
    )
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid)
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return
  throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion)
}

/** The object as the deletion leaves it; the same object when an earlier deletion already said as much. */
function markedForDeletion(
  engine: ApiEngine,
  target: Target,
  { request, object }: { request: DeleteRequest; object: KubeObject },
): KubeObject {
  const grace = gracePeriodSeconds(target, request, object)
  const finalizers = finalizersFor(target, request, object)
  const { metadata } = object
  const { deletionGracePeriodSeconds: earlier } = metadata
  const sameFinalizers = jsonEqual(finalizers, metadata.finalizers ?? [])
  if (metadata.deletionTimestamp !== undefined && sameFinalizers && grace >= (earlier ?? 0)) return object
  const first = metadata.deletionTimestamp === undefined
  const now = engine.clock.now()
  // A shorter grace period counts from the first deletion, but never ends in the past.
  const begun = first ? now : Date.parse(metadata.deletionTimestamp ?? '') - (earlier ?? 0) * 1000
  const changed = {
    ...metadata,
    finalizers,
    deletionTimestamp: timestamp(Math.max(now, begun + grace * 1000)),
    // A namespace is marked by hand, without a grace period.
    ...(object.kind === 'Namespace' ? {} : { deletionGracePeriodSeconds: grace }),
    ...(first && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}),
  }
  const { finalizers: _none, ...unheld } = changed
  const deleted = { ...object, metadata: finalizers.length === 0 ? unheld : changed }
  return object.kind === 'Namespace'
    ? { ...deleted, status: { ...fieldsAt(object, 'status'), phase: 'Terminating' } }
    : deleted
}

/** Only pods that run somewhere get time to end. */
function gracePeriodSeconds({ kind }: Target, request: DeleteRequest, object: KubeObject): number {
  if (kind.group !== '' || kind.plural !== 'pods') return 0
  const phase = stringAt(object, 'status', 'phase')
  if (stringAt(object, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0
  const own = fieldsAt(object, 'spec').terminationGracePeriodSeconds
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata
  const { gracePeriodSeconds: asked } = request
  const wanted = asked !== undefined && asked < 0 ? 1 : asked
  if (deletionTimestamp !== undefined) return Math.min(wanted ?? deletionGracePeriodSeconds, deletionGracePeriodSeconds)
  return wanted ?? (typeof own === 'number' ? own : 30)
}

/** The garbage collector acts on these two finalizers and takes them off. */
function finalizersFor({ kind }: Target, request: DeleteRequest, { metadata }: KubeObject): string[] {
  const isDefinition = kind.plural === 'customresourcedefinitions' && metadata.deletionTimestamp === undefined
  if (kind.group === '' && kind.plural === 'events') return metadata.finalizers ?? []
  const present = [...new Set([...(metadata.finalizers ?? []), ...(isDefinition ? [CRD_CLEANUP] : [])])]
  const others = present.filter((finalizer) => !PROPAGATION_FINALIZERS.includes(finalizer))
  const decided = others.length < present.length
  // The real server orphans a Job's pods unless told otherwise: its oldest clients expect that.
  const byDefault = kind.group === 'batch' && kind.plural === 'jobs' && !decided ? 'Orphan' : undefined
  const policy = request.propagationPolicy ?? byDefault
  if (policy === undefined) return present
  const isFirstOfNamespace = kind.kind === 'Namespace' && metadata.deletionTimestamp === undefined
  if (isFirstOfNamespace && request.cascading) return [...others, 'foregroundDeletion']
  if (policy === 'Foreground') return [...others, 'foregroundDeletion']
  return policy === 'Orphan' ? [...others, 'orphan'] : others
}
