import { timestamp } from '../cluster-clock.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { type BuiltInType, builtInType, type FieldType, goTypeName } from './built-in-type.ts'
import { childPath, itemPath } from './field-fault.ts'
import { canonicalQuantity, parseQuantity } from './quantity.ts'

/** Where decoding is; `struct` and `goPath` name the place as Go's JSON decoder does. */
interface Place {
  path: string
  struct: string
  goPath: string
  unknown: string[]
  /** Values of a wrong type, which Go's decoder tells when nothing else stops it. */
  mismatches: UnmarshalFault[]
}

/** A value that cannot become the Go type of its field. */
export class UnmarshalFault extends Error {
  override readonly name = 'UnmarshalFault'
}

/**
 * Brings an object of a built-in kind, in place, into the form in which the API server stores it: fields it does not
 * know and nulls go, quantities get their canonical spelling. Returns the paths of unknown fields.
 * Throws `UnmarshalFault` on a value of the wrong type.
 */
export function decodeBuiltIn(object: JsonObject, model: string, path = ''): string[] {
  const place: Place = { path, struct: goTypeName(model), goPath: '', unknown: [], mismatches: [] }
  decodeStruct(object, model, place)
  const [first] = place.mismatches
  if (first !== undefined) throw first
  return place.unknown
}

function decodeStruct(object: JsonObject, model: string, place: Place): void {
  const type = builtInType(model)
  for (const name of Object.keys(object)) decodeField(object, name, { type, model, place })
}

interface Owner {
  type: BuiltInType
  model: string
  place: Place
}

function decodeField(object: JsonObject, name: string, { type, model, place }: Owner): void {
  const field = type.get(name)
  const path = childPath(place.path, name)
  if (field === undefined) {
    place.unknown.push(path)
    delete object[name]
    return
  }
  if (object[name] === null && !isAny(field.type)) {
    if (!(field.required && field.type.form === 'list')) delete object[name]
    return
  }
  const below = { ...place, path, struct: goTypeName(model), goPath: childPath(place.goPath, name) }
  const value = decodeValue(object[name], field.type, below)
  const isLeftOut = isEmpty(value, field.type) || (isZero(value) && ZEROS_LEFT_OUT.has(`${model}.${name}`))
  const isKept = field.required && STORED_AS_JSON.test(model)
  if (!isLeftOut || isKept) object[name] = value
  // Storage does not tell an empty list or map from none.
  else if (field.required) object[name] = null
  else delete object[name]
}

/** Types whose empty lists are stored as they are. */
const STORED_AS_JSON = /^V1CustomResourceDefinition/

function isZero(value: unknown): boolean {
  return value === false || value === 0
}

/** Fields that Go leaves out when they are false or zero. */
const ZEROS_LEFT_OUT = new Set([
  'CoreV1Event.count',
  'V1Container.stdin',
  'V1Container.stdinOnce',
  'V1Container.tty',
  'V1DaemonSetSpec.minReadySeconds',
  'V1DeploymentSpec.minReadySeconds',
  'V1DeploymentSpec.paused',
  'V1NodeSpec.unschedulable',
  'V1PodSpec.hostIPC',
  'V1PodSpec.hostNetwork',
  'V1PodSpec.hostPID',
  'V1ReplicaSetSpec.minReadySeconds',
  'V1ServiceSpec.publishNotReadyAddresses',
  'V1StatefulSetSpec.minReadySeconds',
  'V1VolumeMount.readOnly',
])

function isEmpty(value: unknown, type: FieldType): boolean {
  if (type.form === 'list') return Array.isArray(value) && value.length === 0
  return type.form === 'map' && isJsonObject(value) && Object.keys(value).length === 0
}

function isAny(type: FieldType): boolean {
  return type.form === 'scalar' && (type.name === 'any' || type.name === 'Object')
}

function decodeValue(value: unknown, type: FieldType, place: Place): unknown {
  if (type.form === 'scalar') return decodeScalar(value, type.name, place)
  if (type.form === 'list') {
    if (!Array.isArray(value)) return mismatched(value, `[]${goName(type.of)}`, place)
    return value.map((item, index) => decodeItem(item, type.of, { ...place, path: itemPath(place.path, index) }))
  }
  if (!isJsonObject(value)) return mismatched(value, goName(type), place)
  if (type.form === 'struct') decodeStruct(value, type.model, place)
  else decodeMap(value, type.of, place)
  return value
}

function decodeItem(item: unknown, type: FieldType, place: Place): unknown {
  if (item !== null || isAny(type)) return decodeValue(item, type, place)
  return type.form === 'scalar' ? '' : {}
}

function decodeMap(map: JsonObject, type: FieldType, place: Place): void {
  for (const name of Object.keys(map)) {
    if (map[name] === null) map[name] = decodeItem(null, type, place)
    else map[name] = decodeValue(map[name], type, { ...place, path: childPath(place.path, name) })
  }
}

const INTEGER_BITS: Record<string, number> = { int32: 32, int64: 64 }

function decodeScalar(value: unknown, name: string, place: Place): unknown {
  if (name === 'any' || name === 'Object') return value
  if (name === 'quantity') return decodeQuantity(value)
  if (name === 'int-or-string') return decodeIntOrString(value, place)
  const bits = INTEGER_BITS[name]
  const fits = bits === undefined ? typeof value === scalarJsonType(name) : isIntegerOf(value, bits)
  if (!fits && name.endsWith('-time')) throw mismatch(value, goScalar(name), place)
  if (!fits) return mismatched(value, goScalar(name), place)
  if (name === 'date-time') return decodeTime(String(value))
  if (name === 'micro-time') return decodeMicroTime(String(value))
  if (name === 'byte') checkBase64(String(value), place)
  return value
}

function checkBase64(text: string, { mismatches }: Place): void {
  const wrong = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0
  if (/^={0,2}$/.test(text.slice(wrong)) && text.length % 4 === 0) return
  mismatches.push(new UnmarshalFault(`illegal base64 data at input byte ${wrong}`))
}

function scalarJsonType(name: string): string {
  if (name === 'boolean') return 'boolean'
  return name === 'double' ? 'number' : 'string'
}

function isIntegerOf(value: unknown, bits: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** (bits - 1)
}

function decodeIntOrString(value: unknown, place: Place): unknown {
  if (typeof value === 'string' || isIntegerOf(value, 32)) return value
  throw mismatch(value, 'int32', place)
}

function decodeQuantity(value: unknown): string {
  const parsed =
    typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value).trim()) : undefined
  if (parsed !== undefined) return canonicalQuantity(parsed)
  throw new UnmarshalFault(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  )
}

const MICRO_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{6})?(.*)$/

/** Times of leases and events have exactly six digits after the second. */
function decodeMicroTime(text: string): string {
  const [, seconds, micros, zone = ''] = MICRO_TIME.exec(text) ?? []
  if (seconds !== undefined && micros !== undefined && /^(Z|[+-]\d{2}:\d{2})$/.test(zone)) return text
  const [found, wanted] = seconds === undefined ? [text, '2006'] : [zone, '.000000']
  throw new UnmarshalFault(
    `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(found)} as ${JSON.stringify(wanted)}`,
  )
}

function decodeTime(text: string): string {
  const time = Date.parse(text)
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(time)
  if (!isTime) {
    throw new UnmarshalFault(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
    )
  }
  return timestamp(time)
}

/** Go's decoder reads on after a value of the wrong type. */
function mismatched(value: unknown, goType: string, place: Place): unknown {
  place.mismatches.push(mismatch(value, goType, place))
  return value
}

function mismatch(value: unknown, goType: string, place: Place): UnmarshalFault {
  const found = typeof value === 'number' && /^u?int/.test(goType) ? `number ${value}` : jsonName(value)
  return new UnmarshalFault(
    `json: cannot unmarshal ${found} into Go struct field ${place.struct}.${place.goPath} of type ${goType}`,
  )
}

function jsonName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function goScalar(name: string): string {
  if (name === 'boolean') return 'bool'
  if (name === 'double') return 'float64'
  if (name === 'byte') return '[]uint8'
  return name in INTEGER_BITS ? name : 'string'
}

function goName(type: FieldType): string {
  switch (type.form) {
    case 'struct':
      return `v1.${goTypeName(type.model)}`
    case 'scalar':
      return goScalar(type.name)
    default:
      return `${type.form === 'list' ? '[]' : 'map[string]'}${goName(type.of)}`
  }
}
