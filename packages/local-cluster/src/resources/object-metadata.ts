import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { isJsonObject, jsonEqual } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { apiVersionOf, keyOf } from '../object-address.ts'
import { badRequest, type StatusError } from '../status-error.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { traitsOf } from './kind-traits.ts'

type RecognizedKind = Pick<KindDefinition, 'group' | 'version' | 'kind' | 'custom'>

/** The body, or what a patch made, as an object of its kind; throws 400 for what is none. */
export function recognized(kind: RecognizedKind, body: unknown, { isPatched = false } = {}): KubeObject {
  // Go reads null as an object without fields.
  const sent = body === null && !kind.custom ? {} : body
  if (!isJsonObject(sent)) throw badRequest('the request body is not an object')
  const wanted = apiVersionOf(kind)
  const apiVersion = textOr(sent.apiVersion, wanted)
  const sentKind = textOr(sent.kind, kind.kind)
  // Validation refuses a custom object of another kind.
  const isToldLater = kind.custom && (isPatched || apiVersion === wanted)
  if (!isToldLater && (apiVersion !== wanted || sentKind !== kind.kind))
    throw otherKind(kind, { apiVersion, sent: sentKind })
  const { metadata } = sent
  const own = isJsonObject(metadata) ? { ...metadata } : (metadata ?? {})
  return { ...sent, apiVersion, kind: sentKind, metadata: own as KubeMetadata }
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' && value !== '' ? value : other
}

function otherKind(kind: RecognizedKind, { apiVersion, sent }: { apiVersion: string; sent: string }): StatusError {
  const version = apiVersion.split('/').at(-1)
  if (kind.custom && sent === kind.kind) {
    const expected = `does not match the expected API version (${apiVersionOf(kind)})`
    return badRequest(`the API version in the data (${apiVersion}) ${expected}`)
  }
  const why = `no kind ${JSON.stringify(sent)} is registered for version ${JSON.stringify(apiVersion)} in scheme`
  return badRequest(`${sent} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}: ${why}`)
}

/** Checks that an object fits the address it was sent to, and completes what it may leave out. */
export function placed({ kind, namespace }: Target, object: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = { ...object.metadata }
  metadata.name ??= ''
  if (kind.namespaced && namespace !== undefined) {
    metadata.namespace = metadata.namespace === undefined || metadata.namespace === '' ? namespace : metadata.namespace
    if (metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
  }
  if (!kind.namespaced) delete metadata.namespace
  delete metadata.managedFields
  delete metadata.selfLink
  return { ...object, metadata: metadata as unknown as KubeMetadata }
}

export function refused(target: Pick<Target, 'kind' | 'name'>) {
  return { group: target.kind.group, plural: target.kind.plural, name: target.name }
}

const MAX_GENERATED_BASE = 58
const MAX_DRAWS = 8

/** System metadata of a new object; the caller's own values for it are ignored, as the real server does. */
export function newMetadata(engine: ApiEngine, kind: KindDefinition, metadata: KubeMetadata): KubeMetadata {
  const { resourceVersion: _version, deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, ...kept } = metadata
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
export function changedMetadata(metadata: KubeMetadata, stored: KubeMetadata): KubeMetadata {
  const { resourceVersion: _version, generation: _count, ...kept } = metadata
  return {
    ...kept,
    uid: metadata.uid || stored.uid,
    ...pickDefined(stored, ['name', 'namespace', 'creationTimestamp', 'generation']),
    ...pickDefined(stored, ['deletionTimestamp', 'resourceVersion']),
    ...(metadata.deletionGracePeriodSeconds === undefined ? pickDefined(stored, ['deletionGracePeriodSeconds']) : {}),
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
