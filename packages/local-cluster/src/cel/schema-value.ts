import { isJsonObject } from '../json.ts'
import { additionalSchema, type Schema } from '../schema/schema.ts'
import { durationValue } from './duration.ts'

const KEYWORDS = new Set(
  'true,false,null,in,as,break,const,continue,else,for,function,if,import,let,loop,package,namespace,return,var,void,while'.split(
    ',',
  ),
)
const ESCAPES: Record<string, string> = { '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** The name by which an expression reads a field; undefined when no expression can. */
export function fieldName(name: string): string | undefined {
  if (KEYWORDS.has(name)) return `__${name}__`
  const escaped = name.replaceAll('__', '__underscores__').replace(/[./-]/g, (char) => ESCAPES[char] ?? char)
  return /^[A-Za-z_]\w*$/.test(escaped) ? escaped : undefined
}

/** A JSON value as an expression sees it: integers exact, dates and durations typed, field names escaped. */
export function celValue(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema?.items))
  if (isJsonObject(value)) return celObject(value, schema)
  if (typeof value === 'number') return celNumber(value, schema)
  return typeof value === 'string' ? celText(value, schema?.format) : value
}

function celObject(value: Record<string, unknown>, schema: Schema | undefined): unknown {
  const result: Record<string, unknown> = Object.create(null)
  const other = additionalSchema(schema)
  for (const [name, part] of Object.entries(value)) {
    const property = schema?.properties?.[name]
    const shown = property === undefined ? name : (fieldName(name) ?? name)
    result[shown] = celValue(part, property ?? other)
  }
  // The library tells a type by its `constructor`, and a key may be called so.
  return Object.hasOwn(result, 'constructor') ? new Map(Object.entries(result)) : result
}

function celNumber(value: number, schema: Schema | undefined): unknown {
  return schema?.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value
}

function celText(value: string, format: string | undefined): unknown {
  if (format === 'date-time' || format === 'date' || format === 'datetime') return new Date(value)
  if (format === 'duration') return durationValue(value) ?? value
  return format === 'byte' ? new Uint8Array(Buffer.from(value, 'base64')) : value
}
