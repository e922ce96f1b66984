import type { KubeObject } from '../cluster-access.ts'
import { goJson } from '../json.ts'
import type { KindDefinition, TablePrinter, TableRequest } from '../kind-definition.ts'
import type { PrinterColumn } from '../kinds/custom-kind.ts'
import type { SchemaRegistry } from '../kinds/kind-registry.ts'
import { ageAt } from './age.ts'
import { AGE_ONLY, BUILT_IN_COLUMNS } from './built-in-columns.ts'
import type { Cell, Column } from './column.ts'
import { valuesAt } from './json-path.ts'

interface TablePrinterOptions {
  kinds: SchemaRegistry
  now: () => number
}

interface Layout {
  columnDefinitions: object[]
  isPlain: boolean
  cells(object: KubeObject, nowMs: number): Cell[]
}

export function createTablePrinter({ kinds, now }: TablePrinterOptions): TablePrinter {
  return {
    toTable: (request) => {
      const custom = kinds.customVersion(request.kind)
      const layout = custom === undefined ? builtInLayout(request.kind) : customLayout(custom.columns)
      const nowMs = now()
      return {
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata: request.metadata,
        columnDefinitions: layout.columnDefinitions,
        rows: rowsOf(request, layout, nowMs),
      }
    },
  }
}

function rowsOf(request: TableRequest, layout: Layout, nowMs: number) {
  // Go's table of a kind without columns of its own has no rows rather than an empty list of them.
  if (request.objects.length === 0 && layout.isPlain) return null
  return request.objects.map((object) => ({
    cells: layout.cells(object, nowMs),
    ...rowConditions(object, request.kind),
    ...rowObject(object, request),
  }))
}

const NAME = { name: 'Name', type: 'string', format: 'name', description: 'Name of the object.', priority: 0 }

function builtInLayout({ group, kind }: KindDefinition): Layout {
  const columns: Column[] = BUILT_IN_COLUMNS[`${group}/${kind}`] ?? AGE_ONLY
  const definitions = columns.map(({ name, type, wide }) => ({
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    description: `${name} of the object.`,
    priority: wide === true ? 1 : 0,
  }))
  // Events are told apart by what they say; their generated names come last, and only in a wide table.
  const nameFirst = !(group === '' && kind === 'Event')
  return {
    isPlain: columns.some(({ type }) => type === 'date'),
    columnDefinitions: nameFirst ? [NAME, ...definitions] : definitions,
    cells: (object, nowMs) => [
      ...(nameFirst ? [object.metadata.name ?? ''] : []),
      ...columns.map((column) => column.cell(object, nowMs)),
    ],
  }
}

function customLayout(columns: PrinterColumn[]): Layout {
  return {
    isPlain: false,
    columnDefinitions: [
      NAME,
      ...columns.map(({ name, type, format, description, priority }) => ({
        name,
        type,
        format,
        description,
        priority,
      })),
    ],
    cells: (object, nowMs) => [
      object.metadata.name ?? '',
      ...columns.map((column) => customCell(column, object, nowMs)),
    ],
  }
}

function customCell({ type, jsonPath }: PrinterColumn, object: KubeObject, nowMs: number): Cell {
  const [value] = valuesAt(jsonPath, object)
  if (value === undefined || value === null) return null
  if (type === 'date') return typeof value === 'string' ? ageAt(value, nowMs) : null
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null
  if (type === 'number') return typeof value === 'number' ? value : null
  return typeof value === 'object' ? goJson(value) : String(value)
}

const POD_ENDS: Record<string, [reason: string, message: string]> = {
  Succeeded: ['Succeeded', 'The pod has completed successfully.'],
  Failed: ['Failed', 'The pod failed.'],
}

/** kubectl greys out, or leaves out on demand, pods that have ended. */
function rowConditions(object: KubeObject, { group, kind }: KindDefinition): object {
  if (group !== '' || kind !== 'Pod') return {}
  const [phase] = valuesAt('.status.phase', object)
  const end = POD_ENDS[String(phase)]
  if (end === undefined) return {}
  const [reason, message] = end
  return { conditions: [{ type: 'Completed', status: 'True', reason, message }] }
}

function rowObject(object: KubeObject, { includeObject }: TableRequest): object {
  if (includeObject === 'None') return { object: null }
  if (includeObject === 'Object') return { object }
  return {
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
  }
}
