import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { keyOf } from '../object-address.ts'
import { alreadyExists, forbidden, notFound, StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { kindRule } from './kind-rules.ts'
import { newMetadata, placed, recognized, refused } from './object-metadata.ts'
import { withoutStatus } from './status-subresource.ts'

/** What a write answers: the object, and texts for Warning headers. */
export interface Written {
  object: KubeObject
  /** Absent for a dry run. */
  stored?: StoredObject
  warnings: string[]
}

/** `POST` of a new object; `body` becomes the engine's. */
export function createObject(engine: ApiEngine, target: Target, request: WriteOptions & { body: unknown }): Written {
  const { object, warnings } = decodedObject(engine, target, request)
  return warned(warnings, () => createDecoded(engine, target, { ...request, object }))
}

/** An object of a request in the form in which it is stored, and what to warn of. */
export function decodedObject(engine: ApiEngine, { kind }: Target, request: WriteOptions & { body: unknown }) {
  const { body, user: _user, dryRun: _dryRun, ...decoding } = request
  const isPatched = decoding.shownPatch !== undefined
  return engine.preparer.decode({ ...decoding, kind, object: recognized(kind, body, { isPatched }) })
}

/** Adds warnings to what is answered, also to a refusal. */
export function warned(warnings: string[], write: () => Written): Written {
  try {
    const written = write()
    return { ...written, warnings: [...warnings, ...written.warnings] }
  } catch (error) {
    if (error instanceof StatusError) error.warnings.unshift(...warnings)
    throw error
  }
}

/** Stores an object that was decoded before. */
export function createDecoded(
  engine: ApiEngine,
  target: Target,
  { object: decoded, user, dryRun, isUpdate = false }: WriteOptions & { object: KubeObject; isUpdate?: boolean },
): Written {
  const { kind } = target
  const sent = placed(target, decoded)
  checkNamespace(engine, { ...target, namespace: sent.metadata.namespace, name: sent.metadata.name })
  checkTerminatingKind(engine, target)
  const metadata = { ...newMetadata(engine, kind, sent.metadata), ...keptMetadata(sent.metadata, { isUpdate, dryRun }) }
  const rule = kindRule(kind)
  const plain = withoutStatus(kind, { ...sent, metadata })
  const object = target.subresource === undefined ? (rule.create?.(plain, engine) ?? plain) : plain
  const warnings: string[] = []
  try {
    warnings.push(...engine.preparer.validate({ kind, operation: 'create', object, user, dryRun }))
    if (!dryRun && !isUpdate) checkUnversioned(sent.metadata)
    const existing = engine.store.collection(kind).get(keyOf(metadata))?.object.metadata
    if (existing !== undefined) {
      const isGenerated = Boolean(Reflect.get(metadata, 'generateName'))
      throw alreadyExists(refused({ kind, name: metadata.name }), {
        isLeaving: existing.deletionTimestamp !== undefined,
        isGenerated,
      })
    }
    if (dryRun) rule.removed?.(object, engine)
    const stored = dryRun ? undefined : engine.store.put(kind, object)
    return {
      object: stored?.object ?? object,
      ...(stored === undefined ? {} : { stored }),
      warnings,
    }
  } catch (error) {
    rule.removed?.(object, engine)
    if (error instanceof StatusError) error.warnings.push(...warnings)
    throw error
  }
}

/** A `PUT` that creates takes more from the client than a `POST`; what is not stored keeps its version. */
function keptMetadata(
  { resourceVersion, deletionTimestamp }: KubeMetadata,
  { isUpdate, dryRun }: { isUpdate: boolean; dryRun: boolean },
): Partial<KubeMetadata> {
  return {
    ...(!isUpdate || deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(dryRun && resourceVersion ? { resourceVersion } : {}),
  }
}

/** Storage takes what is no number for none. */
function checkUnversioned({ resourceVersion }: Partial<KubeObject['metadata']>): void {
  if (resourceVersion === undefined || !/^\d*[1-9]\d*$/.test(resourceVersion)) return
  throw new StatusError({ code: 500, message: 'resourceVersion should not be set on objects to be created' })
}

function checkNamespace(engine: ApiEngine, target: Target): void {
  const { namespace, kind } = target
  if (!kind.namespaced || namespace === undefined) return
  const stored = engine.store.collection({ group: '', plural: 'namespaces' }).get(namespace)
  if (stored === undefined) throw notFound({ group: '', plural: 'namespaces', name: namespace })
  if (stored.object.metadata.deletionTimestamp === undefined) return
  throw forbidden(
    refused(target),
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}

function checkTerminatingKind(engine: ApiEngine, { kind }: Target): void {
  if (!kind.custom) return
  const definitions = engine.store.collection({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' })
  const definition = definitions.get(`${kind.plural}.${kind.group}`)
  if (definition?.object.metadata.deletionTimestamp === undefined) return
  throw new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'create not allowed while custom resource definition is terminating',
    details: { group: kind.group, kind: kind.plural },
  })
}
