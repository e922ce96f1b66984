import type { KubeObject } from '../cluster-access.ts'
import type { KindDefinition, TablePrinter } from '../kind-definition.ts'
import { apiVersionOf } from '../object-address.ts'
import type { ObjectList } from '../resources/list-objects.ts'
import { StatusError } from '../status-error.ts'
import { unstored, wireJson } from '../store/stored-object.ts'
import type { Representation } from './negotiation.ts'

/** An object with its JSON as the store keeps it. */
interface Serialized {
  object: KubeObject
  tail(): string
}

/** Turns objects of one kind into the text of an answer. */
export interface Rendering {
  object(stored: Serialized): string
  /** For one watch, event after event: a table says its columns once. */
  events(): EventRendering
  /** No object can be shown in this form. */
  isEmpty: boolean
  list(list: ObjectList): string
}

interface EventRendering {
  object(stored: Serialized): string
  /** An object that carries nothing but a resourceVersion. */
  bookmark(revision: number, annotations: Record<string, string>): string
}

export function createRendering(options: {
  kind: KindDefinition
  representation: Representation
  printer: TablePrinter
  includeObject: 'None' | 'Metadata' | 'Object'
}): Rendering {
  const { kind, representation, printer, includeObject } = options
  const version = apiVersionOf(kind)
  const table = (objects: KubeObject[], metadata: object, withoutColumns = false) => {
    const shown = printer.toTable({ kind, objects, includeObject, metadata })
    return wireJson(withoutColumns ? { ...shown, columnDefinitions: null } : shown)
  }
  const object = renderObject(kind, representation)
  const bookmark = (revision: number, annotations: Record<string, string>) => {
    const metadata = { resourceVersion: String(revision), annotations }
    const named = representation === 'metadata' ? PARTIAL : { kind: kind.kind, apiVersion: version }
    return JSON.stringify({ ...named, metadata })
  }
  if (representation === 'table') {
    const one = (stored: Serialized, withoutColumns = false) => {
      const { resourceVersion } = stored.object.metadata
      return table([stored.object], resourceVersion === undefined ? {} : { resourceVersion }, withoutColumns)
    }
    return {
      object: one,
      isEmpty: false,
      events() {
        let isFirst = true
        const next = (stored: Serialized) => {
          const text = one(stored, !isFirst)
          isFirst = false
          return text
        }
        return { object: next, bookmark: (...facts) => next(unstored(emptyObject(kind, ...facts))) }
      },
      list: ({ items, metadata }) =>
        table(
          items.map((item) => item.object),
          metadata,
        ),
    }
  }
  const isPartial = representation !== 'object'
  const listKind = isPartial ? 'PartialObjectMetadataList' : kind.listKind
  const listVersion = isPartial ? PARTIAL.apiVersion : version
  // Items of built-in lists come without kind and apiVersion, as Go leaves them out of typed lists.
  const item = isPartial
    ? renderObject(kind, 'metadata')
    : !kind.custom
      ? (stored: Serialized) => `{${stored.tail()}`
      : object
  return {
    object,
    isEmpty: representation === 'metadata-list',
    events: () => ({ object, bookmark }),
    list: ({ items, metadata }) => {
      if (representation === 'metadata') throw otherForm(kind, true)
      // The real server writes the empty token of a custom kind's list.
      const shown = kind.custom && !isPartial ? { continue: '', ...metadata } : metadata
      return `{"kind":"${listKind}","apiVersion":"${listVersion}","metadata":${JSON.stringify(shown)},"items":${listed(items.map(item), isPartial)}}`
    },
  }
}

function emptyObject(kind: KindDefinition, revision: number, annotations: Record<string, string>): KubeObject {
  const metadata = { resourceVersion: String(revision), annotations }
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: metadata as KubeObject['metadata'] }
}

/** Go writes no items of a list of metadata as null. */
function listed(items: string[], isPartial: boolean): string {
  return isPartial && items.length === 0 ? 'null' : `[${items.join(',')}]`
}

/** Only now, because the real server notices it when it writes the answer: the request has had its effect. */
function otherForm(kind: KindDefinition, isList: boolean): StatusError {
  if (kind.custom && !isList) return new StatusError({ code: 500, message: 'content is not a list' })
  const [wanted, is] = isList ? ['PartialObjectMetadata', 'a list'] : ['PartialObjectMetadataList', 'not a list']
  const message = `you requested ${wanted}, but the requested object is ${is} (${goType(kind, isList)})`
  return new StatusError({ code: 406, reason: 'NotAcceptable', message })
}

function goType({ custom, group, kind, listKind }: KindDefinition, isList: boolean): string {
  if (custom) return `*unstructured.Unstructured${isList ? 'List' : ''}`
  const [name = ''] = group.split('.')
  return `*${name || 'core'}.${isList ? listKind : kind}`
}

const PARTIAL = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' }

function renderObject(kind: KindDefinition, representation: Representation): (stored: Serialized) => string {
  if (representation === 'metadata-list') {
    return () => {
      throw otherForm(kind, false)
    }
  }
  if (representation === 'metadata') {
    return ({ object }) => wireJson({ ...PARTIAL, metadata: object.metadata })
  }
  const head = `{"kind":"${kind.kind}","apiVersion":"${apiVersionOf(kind)}",`
  return (stored) => head + stored.tail()
}
