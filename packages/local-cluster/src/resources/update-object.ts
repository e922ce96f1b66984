import type { KubeObject } from '../cluster-access.ts'
import { jsonEqual } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { keyOf } from '../object-address.ts'
import { badRequest, notFound } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { createObject, type Written } from './create-object.ts'
import { kindRule } from './kind-rules.ts'
import { traitsOf } from './kind-traits.ts'
import { addressed, changedMetadata, refused, wantedStateChanged } from './object-metadata.ts'
import { checkConditional, checkPreconditions } from './preconditions.ts'
import { mergedForUpdate } from './status-subresource.ts'

export function storedAt(engine: ApiEngine, target: Target): StoredObject {
  const stored = engine.store.collection(target.kind).get(keyOf(target))
  if (stored === undefined) throw notFound(refused(target))
  return stored
}

/** Refuses an object that has another name than the URL it was sent to. */
export function checkName({ name }: Target, { metadata }: KubeObject): void {
  if (metadata.name === name) return
  if (metadata.name !== '') {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
}

/** `PUT` of an object or of one of its subresources. */
export function updateObject(engine: ApiEngine, target: Target, request: WriteOptions & { body: unknown }): Written {
  const sent = addressed(target, request.body)
  checkName(target, sent)
  const { kind } = target
  const exists = engine.store.collection(kind).get(keyOf(target)) !== undefined
  if (!exists && traitsOf(kind).createdByUpdate === true && sent.metadata.resourceVersion === undefined) {
    return createObject(engine, target, { ...request, body: sent })
  }
  const stored = storedAt(engine, target)
  checkPreconditions(target, sent.metadata, stored.object.metadata)
  checkConditional(target, sent.metadata)
  return replaceStored(engine, target, { ...request, object: sent, stored })
}

/** The common end of `PUT` and `PATCH`: decode, protect what may not change, validate, store. */
export function replaceStored(
  engine: ApiEngine,
  target: Target,
  request: WriteOptions & { object: KubeObject; stored: StoredObject },
): Written {
  const { kind, subresource } = target
  const { object: sent, stored, user, dryRun, ...decoding } = request
  const old = stored.object
  const decoded = engine.preparer.decode({ ...decoding, kind, object: sent })
  const merged = mergedForUpdate({ kind, object: decoded.object, stored: old, subresource })
  const metadata = changedMetadata(kind, merged.metadata, old.metadata)
  const changed = { ...merged, metadata }
  const ruled = subresource === undefined ? (kindRule(kind).update?.(changed, old, engine) ?? changed) : changed
  const object = withGeneration(target, ruled, old)
  const context = subresource === undefined ? {} : { subresource }
  const operation = { kind, operation: 'update', object, oldObject: old, user, dryRun, ...context } as const
  const warnings = [...decoded.warnings, ...engine.preparer.validate(operation)]
  if (dryRun) return { object, warnings }
  if (jsonEqual(object, old)) return { object: old, stored, warnings }
  if (isFinished(object)) {
    removeObject(engine, kind, stored)
    return { object, warnings }
  }
  const written = engine.store.put(kind, object)
  return { object: written.object, stored: written, warnings }
}

function withGeneration({ kind, subresource }: Target, object: KubeObject, old: KubeObject): KubeObject {
  if (traitsOf(kind).generation !== true || subresource === 'status') return object
  const annotated = kind.plural === 'deployments' && !jsonEqual(object.metadata.annotations, old.metadata.annotations)
  if (!annotated && !wantedStateChanged(kind, object, old)) return object
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

/** True for an object in deletion that nothing holds any longer. */
export function isFinished({ metadata, kind, spec }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false
  if (kind === 'Namespace' && jsonEqual(spec, { finalizers: ['kubernetes'] })) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}

/** Takes an object out of the store. Watchers see its last stored state. */
export function removeObject(engine: ApiEngine, kind: KindDefinition, stored: StoredObject): StoredObject {
  const removed = engine.store.remove(kind, stored.object)
  kindRule(kind).removed?.(stored.object, engine)
  return removed
}
