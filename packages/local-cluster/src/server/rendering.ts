import type { KubeObject } from '../cluster-access.ts'
import type { KindDefinition, TablePrinter } from '../kind-definition.ts'
import { apiVersionOf } from '../object-address.ts'
import type { ObjectList } from '../resources/list-objects.ts'
import { wireJson } from '../store/stored-object.ts'
import type { Representation } from './negotiation.ts'

/** An object with its JSON as the store keeps it. */
interface Serialized {
  object: KubeObject
  tail(): string
}

/** Turns objects of one kind into the text of an answer. */
export interface Rendering {
  object(stored: Serialized): string
  list(list: ObjectList): string
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
  const table = (objects: KubeObject[], metadata: object) =>
    wireJson(printer.toTable({ kind, objects, includeObject, metadata }))
  const object = renderObject(kind, representation)
  const bookmark = (revision: number, annotations: Record<string, string>) => {
    const metadata = { resourceVersion: String(revision), creationTimestamp: null, annotations }
    const named = representation === 'metadata' ? PARTIAL : { kind: kind.kind, apiVersion: version }
    return JSON.stringify({ ...named, metadata })
  }
  if (representation === 'table') {
    const one = (stored: Serialized) => {
      const { resourceVersion } = stored.object.metadata
      return table([stored.object], resourceVersion === undefined ? {} : { resourceVersion })
    }
    return {
      object: one,
      list: ({ items, metadata }) =>
        table(
          items.map((item) => item.object),
          metadata,
        ),
      bookmark,
    }
  }
  const listKind = representation === 'metadata' ? 'PartialObjectMetadataList' : kind.listKind
  const listVersion = representation === 'metadata' ? PARTIAL.apiVersion : version
  // Items of built-in lists come without kind and apiVersion, as Go leaves them out of typed lists.
  const item = representation === 'object' && !kind.custom ? (stored: Serialized) => `{${stored.tail()}` : object
  return {
    object,
    list: ({ items, metadata }) =>
      `{"kind":"${listKind}","apiVersion":"${listVersion}","metadata":${JSON.stringify(metadata)},"items":[${items.map(item).join(',')}]}`,
    bookmark,
  }
}

const PARTIAL = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' }

function renderObject(kind: KindDefinition, representation: Representation): (stored: Serialized) => string {
  if (representation === 'metadata') {
    return ({ object }) => wireJson({ ...PARTIAL, metadata: object.metadata })
  }
  const head = `{"kind":"${kind.kind}","apiVersion":"${apiVersionOf(kind)}",`
  return (stored) => head + stored.tail()
}
