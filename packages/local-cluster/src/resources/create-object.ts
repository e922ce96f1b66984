import type { KubeObject } from '../cluster-access.ts'
import { keyOf } from '../object-address.ts'
import { alreadyExists, forbidden, invalid, notFound, StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { kindRule } from './kind-rules.ts'
import { addressed, newMetadata, refused } from './object-metadata.ts'
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
  const { kind } = target
  const { body, user, dryRun, ...decoding } = request
  const sent = addressed(target, body)
  const decoded = engine.preparer.decode({ ...decoding, kind, object: sent })
  const { namespace } = decoded.object.metadata
  checkNamespace(engine, { ...target, namespace, name: decoded.object.metadata.name })
  checkTerminatingKind(engine, target)
  const metadata = newMetadata(engine, kind, decoded.object.metadata)
  if (metadata.name === '') {
    const message = 'Required value: name or generateName is required'
    const cause = { reason: 'FieldValueRequired', message, field: 'metadata.name' }
    throw invalid({ group: kind.group, kind: kind.kind, name: '' }, [cause])
  }
  const rule = kindRule(kind)
  const plain = withoutStatus(kind, { ...decoded.object, metadata })
  const object = rule.create?.(plain, engine) ?? plain
  try {
    const warnings = engine.preparer.validate({ kind, operation: 'create', object, user, dryRun })
    if (engine.store.collection(kind).get(keyOf(metadata)) !== undefined) {
      throw alreadyExists(refused({ kind, name: metadata.name }))
    }
    if (dryRun) rule.removed?.(object, engine)
    const stored = dryRun ? undefined : engine.store.put(kind, object)
    return {
      object: stored?.object ?? object,
      ...(stored === undefined ? {} : { stored }),
      warnings: [...decoded.warnings, ...warnings],
    }
  } catch (error) {
    rule.removed?.(object, engine)
    throw error
  }
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
