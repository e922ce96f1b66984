import schemas from './built-in-schemas.json' with { type: 'json' }

/** Type of a field of a built-in kind: a scalar's name, a list or map of a type, or another type by name. */
export type FieldType =
  | { form: 'scalar'; name: string }
  | { form: 'list' | 'map'; of: FieldType }
  | { form: 'struct'; model: string }

interface BuiltInField {
  type: FieldType
  required: boolean
}

export type BuiltInType = Map<string, BuiltInField>

const parsed = new Map<string, BuiltInType>()

/** The fields of a built-in type by the name the client library gives it (`V1PodSpec`). */
export function builtInType(model: string): BuiltInType {
  let type = parsed.get(model)
  if (type === undefined) {
    type = parseType(modelText(model))
    parsed.set(model, type)
  }
  return type
}

function modelText(model: string): string {
  const table: Record<string, string> = schemas
  const text = table[model]
  if (text === undefined) throw new Error(`there is no built-in type ${model}`)
  return text
}

function parseType(text: string): BuiltInType {
  const fields = text.split(' ').filter((field) => field !== '')
  return new Map(
    fields.map((field) => {
      const at = field.lastIndexOf(':')
      const required = field[at - 1] === '!'
      return [field.slice(0, required ? at - 1 : at), { type: parseFieldType(field.slice(at + 1)), required }]
    }),
  )
}

function parseFieldType(text: string): FieldType {
  if (text.startsWith('[]')) return { form: 'list', of: parseFieldType(text.slice(2)) }
  if (text.startsWith('{}')) return { form: 'map', of: parseFieldType(text.slice(2)) }
  return /^[A-Z]/.test(text) ? { form: 'struct', model: text } : { form: 'scalar', name: text }
}

/** The type's name without the version that the client library puts before it, as Go and `kubectl explain` show it. */
export function goTypeName(model: string): string {
  return model.replace(
    /^(Core|Events|Discovery|Rbac|Storage|Authentication|Apiextensions|Admissionregistration)?V\d+/,
    '',
  )
}
