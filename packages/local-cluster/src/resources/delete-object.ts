import type { KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, jsonEqual, stringAt } from '../json.ts'
import type { UserInfo } from '../kind-definition.ts'
import { conflict, forbidden } from '../status-error.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { refused } from './object-metadata.ts'
import { isFinished, removeObject, storedAt } from './update-object.ts'

export interface DeleteRequest {
  user: UserInfo
  dryRun: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
}

/** `removed` is false while finalizers or a grace period hold the object. */
interface Deletion {
  removed: boolean
  object: KubeObject
}

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
  engine.preparer.validate({ kind, operation: 'delete', object: stored.object, oldObject: stored.object, user, dryRun })
  const object = markedForDeletion(engine, target, { request, object: stored.object })
  if (dryRun) return { removed: isFinished(object), object }
  if (isFinished(object)) return { removed: true, object: removeObject(engine, kind, stored).object }
  return { removed: false, object: object === stored.object ? object : engine.store.put(kind, object).object }
}

function checkDeletePreconditions(
  target: Target,
  { preconditions = {} }: DeleteRequest,
  { metadata }: KubeObject,
): void {
  const { uid, resourceVersion } = preconditions
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
    deletionGracePeriodSeconds: grace,
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
  const present = metadata.finalizers ?? []
  const others = present.filter((finalizer) => !PROPAGATION_FINALIZERS.includes(finalizer))
  const decided = others.length < present.length
  // The real server orphans a Job's pods unless told otherwise: its oldest clients expect that.
  const byDefault = kind.group === 'batch' && kind.plural === 'jobs' && !decided ? 'Orphan' : undefined
  const policy = request.propagationPolicy ?? byDefault
  if (policy === undefined) return present
  if (policy === 'Foreground') return [...others, 'foregroundDeletion']
  return policy === 'Orphan' ? [...others, 'orphan'] : others
}
