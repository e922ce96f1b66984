import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { isJsonObject, jsonEqual } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { apiVersionOf, keyOf } from '../object-address.ts'
import { badRequest, invalid, type StatusCause, StatusError } from '../status-error.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { traitsOf } from './kind-traits.ts'

/** Checks that a body fits the address it was sent to, and completes what it may leave out. */
export function addressed(target: Target, body: unknown): KubeObject {
  if (!isJsonObject(body)) throw badRequest('the request body is not an object')
  const { kind } = target
  const apiVersion = body.apiVersion ?? apiVersionOf(kind)
  if (kind.custom && body.kind === undefined) throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body)}'`)
  if (apiVersion !== apiVersionOf(kind)) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`,
    )
  }
  if (body.kind !== undefined && body.kind !== kind.kind) {
    throw badRequest(`${body.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: the kinds differ`)
  }
  const metadata: Record<string, unknown> = isJsonObject(body.metadata) ? { ...body.metadata } : {}
  if (kind.namespaced && target.namespace !== undefined) {
    metadata.namespace ??= target.namespace
    if (metadata.namespace !== target.namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
  }
  delete metadata.managedFields
  delete metadata.selfLink
  return { ...body, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: '', ...metadata } }
}

export function refused(target: Pick<Target, 'kind' | 'name'>) {
  return { group: target.kind.group, plural: target.kind.plural, name: target.name }
}

const MAX_GENERATED_BASE = 58
const MAX_DRAWS = 8

/** System metadata of a new object; the caller's own values for it are ignored, as the real server does. */
export function newMetadata(engine: ApiEngine, kind: KindDefinition, metadata: KubeMetadata): KubeMetadata {
  const { resourceVersion, ...kept } = metadata
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
    throw new StatusError({ code: 500, message: 'resourceVersion should not be set on objects to be created' })
  }
  delete kept.deletionTimestamp
  delete kept.deletionGracePeriodSeconds
  delete kept.generation
  return {
    ...kept,
    name: kept.name === '' ? generatedName(engine, kind, metadata) : kept.name,
    uid: engine.newUid(),
    creationTimestamp: timestamp(engine.clock.now()),
    ...(traitsOf(kind).generation === true ? { generation: 1 } : {}),
  }
}

/** A name that is free, unless chance is against it many times; empty when none is asked for. */
function generatedName(engine: ApiEngine, kind: KindDefinition, metadata: KubeMetadata): string {
  const wanted: unknown = Reflect.get(metadata, 'generateName')
  if (typeof wanted !== 'string' || wanted === '') return ''
  const draw = () => `${wanted.slice(0, MAX_GENERATED_BASE)}${engine.nameSuffix()}`
  const taken = (name: string) => engine.store.collection(kind).get(keyOf({ ...metadata, name })) !== undefined
  let name = draw()
  for (let draws = 1; draws < MAX_DRAWS && taken(name); draws += 1) name = draw()
  return name
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
  if (stored.deletionTimestamp === undefined && metadata.deletionTimestamp !== undefined) {
    const cause = immutableField('metadata.deletionTimestamp', metadata.deletionTimestamp)
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
  return !jsonEqual(wanted(object), wanted(stored))
}

/** The cause of a refusal to change what never changes. */
export function immutableField(field: string, value: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: field is immutable`, field }
}
