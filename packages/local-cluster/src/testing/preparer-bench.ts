import { createObjectPreparer } from '../admission/object-preparer.ts'
import type { KubeObject } from '../cluster-access.ts'
import type { DecodeRequest, KindDefinition, ObjectReader, ValidateRequest } from '../kind-definition.ts'
import { createKindRegistry, type SchemaRegistry } from '../kinds/kind-registry.ts'
import { groupOf } from '../object-address.ts'
import { StatusError } from '../status-error.ts'

/** An object of the tests from what matters in it; it lies in the namespace `default` if its kind does in any. */
export interface Draft {
  apiVersion?: string
  kind?: string
  metadata?: Partial<KubeObject['metadata']>
  [field: string]: unknown
}

interface Send {
  old?: Draft
  fieldValidation?: DecodeRequest['fieldValidation']
  duplicateFields?: string[]
  operation?: ValidateRequest['operation']
  subresource?: string
  user?: ValidateRequest['user']
}

/** Sends objects through a preparer as the engine does. */
export class PreparerBench {
  readonly kinds: SchemaRegistry = createKindRegistry()
  readonly stored: KubeObject[] = []
  readonly #reader: ObjectReader = {
    get: (kind, ref) =>
      this.#of(kind).find(({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace),
    list: (kind, namespace) =>
      this.#of(kind).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
  }
  readonly #preparer = createObjectPreparer({ kinds: this.kinds, reader: this.#reader })

  #of({ kind, group }: { kind: string; group: string }): KubeObject[] {
    return this.stored.filter((one) => one.kind === kind && groupOf(one) === group)
  }

  kindOf(object: KubeObject): KindDefinition {
    const [version = '', group = ''] = object.apiVersion.split('/').reverse()
    const kind = this.kinds.findByKind(group, version, object.kind)
    if (kind === undefined) throw new Error(`no kind ${object.apiVersion} ${object.kind}`)
    return kind
  }

  /** The object as it would be stored and the warnings; throws what the API server would answer. */
  send(draft: Draft, send: Send = {}): { object: KubeObject; warnings: string[] } {
    const object = this.#complete(draft)
    const kind = this.kindOf(object)
    const { fieldValidation = 'Strict', duplicateFields = [], operation, user = ADMIN, subresource } = send
    const decoded = this.#preparer.decode({ kind, object, fieldValidation, duplicateFields })
    const oldObject = send.old === undefined ? undefined : this.#complete(send.old)
    const warnings = this.#preparer.validate({
      kind,
      operation: operation ?? (oldObject === undefined ? 'create' : 'update'),
      object: decoded.object,
      ...(oldObject === undefined ? {} : { oldObject }),
      ...(subresource === undefined ? {} : { subresource }),
      user,
      dryRun: false,
    })
    return { object: decoded.object, warnings: [...decoded.warnings, ...warnings] }
  }

  /** The Status with which the object is refused. */
  refusal(draft: Draft, send: Send = {}): StatusError['status'] {
    try {
      this.send(draft, send)
    } catch (error) {
      if (error instanceof StatusError) return error.status
      throw error
    }
    throw new Error('the object was accepted')
  }

  /** `field: message` of each cause of the refusal. */
  faults(draft: Draft, send: Send = {}): string[] {
    return (this.refusal(draft, send).details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)
  }

  #complete(draft: Draft): KubeObject {
    const { metadata, apiVersion, kind, ...fields } = structuredClone(draft)
    const object: KubeObject = {
      apiVersion: String(apiVersion ?? 'v1'),
      kind: String(kind ?? 'Pod'),
      metadata: { name: 'x', ...metadata },
      ...fields,
    }
    if (this.kindOf(object).namespaced) object.metadata.namespace ??= 'default'
    return object
  }
}

const ADMIN: ValidateRequest['user'] = { username: 'admin', groups: ['system:masters'] }
