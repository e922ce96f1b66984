import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { isJsonObject, jsonEqual, listAt } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { apiVersionOf, keyOf } from '../object-address.ts'
import { badRequest, conflict, notFound } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { createDecoded, decodedObject, type Written, warned } from './create-object.ts'
import { kindRule } from './kind-rules.ts'
import { traitsOf } from './kind-traits.ts'
import { changedMetadata, placed, refused, wantedStateChanged } from './object-metadata.ts'
import { checkConditional, checkPreconditions, versionNumber } from './preconditions.ts'
import { mergedForUpdate } from './status-subresource.ts'

/** The stored object in the version that it is asked for in, whichever it was written in. */
export function storedAt(engine: ApiEngine, target: Target): StoredObject {
  const stored = engine.store.collection(target.kind).get(keyOf(target))
  if (stored === undefined) throw notFound(refused(target))
  const apiVersion = apiVersionOf(target.kind)
  return stored.object.apiVersion === apiVersion ? stored : { ...stored, object: { ...stored.object, apiVersion } }
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
  const { object, warnings } = decodedObject(engine, target, request)
  return warned(warnings, () => {
    const sent = placed(target, object)
    checkName(target, sent)
    const { kind, subresource } = target
    const exists = engine.store.collection(kind).get(keyOf(target)) !== undefined
    if (!exists && (subresource === undefined || subresource === 'status') && traitsOf(kind).createdByUpdate === true) {
      checkUid(target, sent.metadata, { dryRun: request.dryRun })
      versionNumber(sent.metadata.resourceVersion)
      return createDecoded(engine, target, { ...request, object: sent, isUpdate: true })
    }
    const stored = storedAt(engine, target)
    checkUid(target, sent.metadata, { stored: stored.object.metadata.uid, dryRun: request.dryRun })
    checkPreconditions(target, sent.metadata, stored.object.metadata)
    checkConditional(target, sent.metadata)
    return replaceStored(engine, target, { ...request, object: sent, stored })
  })
}

/** The common end of `PUT` and `PATCH`: protect what may not change, validate, store. */
export function replaceStored(
  engine: ApiEngine,
  target: Target,
  request: WriteOptions & { object: KubeObject; stored: StoredObject },
): Written {
  const { kind, subresource } = target
  const { object: sent, stored, user, dryRun } = request
  const old = stored.object
  const merged = mergedForUpdate({ kind, object: sent, stored: old, subresource })
  const metadata = changedMetadata(merged.metadata, old.metadata)
  const changed = { ...merged, metadata }
  const ruled = subresource === undefined ? (kindRule(kind).update?.(changed, old, engine) ?? changed) : changed
  const object = withGeneration(target, kindRule(kind).always?.(ruled, old) ?? ruled, old)
  const context = subresource === undefined ? {} : { subresource }
  const operation = { kind, operation: 'update', object, oldObject: old, user, dryRun, ...context } as const
  const warnings = engine.preparer.validate(operation)
  if (dryRun) return { object, warnings }
  if (isFinished(object)) {
    removeObject(engine, kind, stored)
    return { object, warnings }
  }
  if (jsonEqual(object, old) && !claimsField(target, sent, old)) return { object: old, stored, warnings }
  const written = engine.store.put(kind, object)
  return { object: written.object, stored: written, warnings }
}

/** Who sends a field manages it from then on, also one that this server then sets back. */
function claimsField({ kind, subresource }: Target, sent: KubeObject, old: KubeObject): boolean {
  const { metadata, status } = sent
  const { deletionTimestamp } = metadata
  if (subresource === undefined) {
    // What its schema cannot read of a custom object leaves nobody to manage it.
    if (kind.custom && kind.subresources.status && status !== undefined && !isJsonObject(status)) return true
    return deletionTimestamp !== undefined && deletionTimestamp !== old.metadata.deletionTimestamp
  }
  const isReset = kind.custom || kind.plural === 'pods' || kind.plural === 'validatingadmissionpolicies'
  return !isReset && deletionTimestamp !== undefined && deletionTimestamp !== old.metadata.deletionTimestamp
}

/** A `PUT` of another object, or of one that is not there, is refused by storage. */
function checkUid(
  target: Target,
  { uid }: Partial<KubeMetadata>,
  { stored, dryRun }: { stored?: string | undefined; dryRun: boolean },
): void {
  if (uid === undefined || uid === '' || uid === stored) return
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored ?? ''}`
  const facts = `invalid object, Code: 4, Key: ${dryRun ? '' : '/registry'}${storageKey(target)}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`
  throw conflict(refused(target), `StorageError: ${facts}`)
}

const STORED_AS: Record<string, string> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  nodes: 'minions',
}

function storageKey({ kind, namespace, name }: Target): string {
  const isGrouped = kind.custom || kind.group === 'apiextensions.k8s.io'
  const place = isGrouped ? [kind.group, kind.plural] : [STORED_AS[kind.plural] ?? kind.plural]
  return ['', ...place, ...(namespace === undefined ? [] : [namespace]), name].join('/')
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
  if (kind === 'Namespace' && listAt(spec, 'finalizers').length > 0) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}

/** Takes an object out of the store. Watchers see its last stored state. */
export function removeObject(engine: ApiEngine, kind: KindDefinition, stored: StoredObject): StoredObject {
  const removed = engine.store.remove(kind, stored.object)
  kindRule(kind).removed?.(stored.object, engine)
  return removed
}
