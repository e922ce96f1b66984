import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { badRequest, conflict, invalid, StatusError } from '../status-error.ts'
import { type ApiEngine, rfc3339, type Target } from './api-engine.ts'
import { isObject, sameJson } from './json-value.ts'
import { traitsOf } from './kind-traits.ts'

/** Checks that a body fits the address it was sent to, and completes what it may leave out. */
export function addressed(target: Target, body: unknown): KubeObject {
  if (!isObject(body)) throw badRequest('the request body is not an object')
  const { kind } = target
  const apiVersion = body.apiVersion ?? versionOf(kind)
  if (kind.custom && body.kind === undefined) throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body)}'`)
  if (apiVersion !== versionOf(kind)) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${versionOf(kind)})`,
    )
  }
  if (body.kind !== undefined && body.kind !== kind.kind) {
    throw badRequest(`${body.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: the kinds differ`)
  }
  const metadata: Record<string, unknown> = isObject(body.metadata) ? { ...body.metadata } : {}
  if (kind.namespaced && target.namespace !== undefined) {
    metadata.namespace ??= target.namespace
    if (metadata.namespace !== target.namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
  }
  delete metadata.managedFields
  delete metadata.selfLink
  return { ...body, apiVersion: versionOf(kind), kind: kind.kind, metadata: { name: '', ...metadata } }
}

export function versionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`
}

export function refused(target: Pick<Target, 'kind' | 'name'>) {
  return { group: target.kind.group, plural: target.kind.plural, name: target.name }
}

/** System metadata of a new object; the caller's own values for it are ignored, as the real server does. */
export function newMetadata(engine: ApiEngine, kind: KindDefinition, metadata: KubeMetadata): KubeMetadata {
  const { resourceVersion, ...kept } = metadata
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
    throw new StatusError({ code: 500, message: 'resourceVersion should not be set on objects to be created' })
  }
  delete kept.deletionTimestamp
  delete kept.deletionGracePeriodSeconds
  delete kept.generation
  const generateName = Reflect.get(metadata, 'generateName')
  const name =
    kept.name === '' && typeof generateName === 'string' ? `${generateName}${engine.nameSuffix()}` : kept.name
  return {
    ...kept,
    name,
    uid: engine.newUid(),
    creationTimestamp: rfc3339(engine.clock.now()),
    ...(traitsOf(kind).generation === true ? { generation: 1 } : {}),
  }
}

/** Metadata of a changed object: what a client may not change comes from the stored one. */
export function changedMetadata(kind: KindDefinition, metadata: KubeMetadata, stored: KubeMetadata): KubeMetadata {
  const added = (metadata.finalizers ?? []).filter((finalizer) => !stored.finalizers?.includes(finalizer))
  if (stored.deletionTimestamp !== undefined && added.length > 0) {
    const list = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
    const cause = { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'metadata.finalizers' }
    throw invalid({ group: kind.group, kind: kind.kind, name: stored.name }, [cause])
  }
  const { resourceVersion: _version, deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, ...kept } = metadata
  return {
    ...kept,
    ...pickDefined(stored, ['name', 'namespace', 'uid', 'creationTimestamp', 'generation']),
    ...pickDefined(stored, ['deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion']),
  } as KubeMetadata
}

function pickDefined(metadata: KubeMetadata, fields: (keyof KubeMetadata)[]): Partial<KubeMetadata> {
  return Object.fromEntries(
    fields.flatMap((field) => (metadata[field] === undefined ? [] : [[field, metadata[field]]])),
  )
}

/** True when something beside metadata (and status, where it is a subresource) differs. */
export function wantedStateChanged(kind: KindDefinition, object: KubeObject, stored: KubeObject): boolean {
  const wanted = ({ metadata: _metadata, apiVersion: _apiVersion, status, ...fields }: KubeObject) =>
    kind.subresources.status ? fields : { ...fields, status }
  return !sameJson(wanted(object), wanted(stored))
}

/** Optimistic concurrency: refuses a change of another object or of an older state. */
export function checkPreconditions(target: Target, wanted: Partial<KubeMetadata>, stored: KubeMetadata): void {
  if (wanted.uid !== undefined && wanted.uid !== '' && wanted.uid !== stored.uid) {
    throw conflict(
      refused(target),
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${stored.uid}`,
    )
  }
  const version = wanted.resourceVersion
  if (version !== undefined && version !== '' && version !== '0' && version !== stored.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again'
    throw conflict(refused(target), why)
  }
}
