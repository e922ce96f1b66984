import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { fieldsAt } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { emptyStatus } from '../kinds/empty-status.ts'

/** Kinds whose status a client may set with the create. */
const STATUS_AT_CREATE = new Set(['nodes', 'events'])

export function withoutStatus(kind: KindDefinition, object: KubeObject): KubeObject {
  if (!kind.subresources.status || STATUS_AT_CREATE.has(kind.plural)) return object
  return withStatus(object, emptyStatus(kind))
}

/** What an update may change: everything but the status, or through the status subresource little else. */
export function mergedForUpdate(options: {
  kind: KindDefinition
  object: KubeObject
  stored: KubeObject
  subresource: string | undefined
}): KubeObject {
  const { kind, object, stored, subresource } = options
  if (subresource === 'status') {
    // Labels and annotations of built-in kinds may change together with the status.
    const keepsMetadata = kind.custom || kind.plural === 'validatingadmissionpolicies'
    const metadata = keepsMetadata ? versioned(object, stored) : statusMetadata(kind, object, stored)
    return withStatus({ ...stored, metadata }, statusOf(kind, object, stored))
  }
  if (subresource === 'finalize') return { ...stored, spec: object.spec, metadata: versioned(object, stored) }
  return kind.subresources.status ? withStatus(object, stored.status) : object
}

const POD = '/pods'

/** Metadata that an update of the status does not touch. */
const KEPT_WITH_STATUS: Record<string, (keyof KubeMetadata)[]> = {
  [POD]: ['deletionTimestamp', 'ownerReferences'],
  'apps/deployments': ['labels'],
}

function statusMetadata({ group, plural }: KindDefinition, object: KubeObject, stored: KubeObject): KubeMetadata {
  const kept = KEPT_WITH_STATUS[`${group}/${plural}`] ?? []
  const sent = Object.entries(object.metadata).filter(([field]) => !kept.some((name) => name === field))
  const own = kept.flatMap((name) => (stored.metadata[name] === undefined ? [] : [[name, stored.metadata[name]]]))
  return Object.fromEntries([...sent, ...own])
}

/** The quality class of a pod stays as it was given. */
function statusOf({ group, plural }: KindDefinition, object: KubeObject, stored: KubeObject): unknown {
  const { qosClass } = fieldsAt(stored, 'status')
  const isPod = `${group}/${plural}` === POD
  return isPod && qosClass !== undefined ? { qosClass, ...fieldsAt(object, 'status') } : object.status
}

function withStatus({ status: _status, ...rest }: KubeObject, status: unknown): KubeObject {
  return (status === undefined ? rest : { ...rest, status }) as KubeObject
}

/** The stored metadata, conditional as the sent one is. */
function versioned(object: KubeObject, stored: KubeObject): KubeMetadata {
  const { resourceVersion: _stored, ...metadata } = stored.metadata
  const { resourceVersion } = object.metadata
  return resourceVersion === undefined ? metadata : { ...metadata, resourceVersion }
}
