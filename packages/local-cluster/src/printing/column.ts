import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../json.ts'
import { ageAt } from './age.ts'

export type Cell = string | number | boolean | null

export interface Column {
  name: string
  type: 'string' | 'integer' | 'date'
  /** Only `-o wide` shows it. */
  wide?: boolean
  cell(object: KubeObject, nowMs: number): Cell
}

export const NONE = '<none>'

export function text(name: string, cell: Column['cell']): Column {
  return { name, type: 'string', cell }
}

export function integer(name: string, ...path: string[]): Column {
  return { name, type: 'integer', cell: (object) => Number(valueAt(object, ...path) ?? 0) }
}

export function field(name: string, ...path: string[]): Column {
  return text(name, (object) => textAt(object, ...path))
}

export function wide(column: Column): Column {
  return { ...column, wide: true }
}

export const AGE: Column = text('Age', (object, nowMs) => ageAt(object.metadata.creationTimestamp, nowMs))

/** A scalar as text; empty when there is none. */
export function textAt(value: unknown, ...path: string[]): string {
  const found = valueAt(value, ...path)
  return found === undefined || found === null ? '' : String(found)
}

export function orNone(value: string): string {
  return value === '' ? NONE : value
}

/** `key=value` pairs, sorted. */
export function pairs(labels: JsonObject | undefined): string {
  const entries = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return orNone(entries.sort().join(','))
}

function selectorText(selector: JsonObject | undefined, none: string): string {
  if (selector === undefined) return none
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${value}`)
  const requirements = listAt(selector, 'matchExpressions').map(requirementText)
  return orNone([...labels.sort(), ...requirements].join(','))
}

const SET_OPERATORS: Record<string, string> = { In: 'in', NotIn: 'notin' }

function requirementText(requirement: unknown): string {
  const key = stringAt(requirement, 'key')
  const operator = stringAt(requirement, 'operator')
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${SET_OPERATORS[operator] ?? operator} (${listAt(requirement, 'values').join(',')})`
}

export function conditionStatus(object: unknown, type: string): string {
  const condition = listAt(object, 'status', 'conditions').find((entry) => valueAt(entry, 'type') === type)
  return stringAt(condition, 'status')
}

/** Containers, images and selector of a workload, for `-o wide`; what is shown when it has no selector. */
export function templateColumns({ withSelector = true, none = NONE } = {}): Column[] {
  const containers = (object: KubeObject): JsonObject[] =>
    listAt(object, 'spec', 'template', 'spec', 'containers').filter(isJsonObject)
  const columns = [
    text('Containers', (object) =>
      containers(object)
        .map((container) => stringAt(container, 'name'))
        .join(','),
    ),
    text('Images', (object) =>
      containers(object)
        .map((container) => stringAt(container, 'image'))
        .join(','),
    ),
    ...(withSelector ? [text('Selector', (object) => selectorText(objectAt(object, 'spec', 'selector'), none))] : []),
  ]
  return columns.map(wide)
}
