import { isJsonObject, type JsonObject } from '../json.ts'
import messages from './protobuf-fields.json' with { type: 'json' }
import { type WireField, wireFields } from './wire.ts'

interface FieldShape {
  name: string
  type: string
  /** A pointer in Go: kept when zero. */
  pointer: boolean
  omitZero: boolean
}

const MAGIC = Buffer.from('k8s\0')
const shapes = new Map<string, Map<number, FieldShape>>()

/**
 * The JSON of an object that a typed client sent as `application/vnd.kubernetes.protobuf`; throws `RangeError` when it
 * is malformed or of a kind whose messages are not known.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, 4).equals(MAGIC)) throw new RangeError('the magic number is missing')
  const envelope = wireFields(body.subarray(4))
  const [apiVersion = '', kind = ''] = strings(wireFields(bytesOf(envelope, 1)), [1, 2])
  const message = `${packageOf(apiVersion, kind)}.${kind}`
  return { apiVersion, kind, ...decodedMessage(message, bytesOf(envelope, 2)) }
}

function bytesOf(fields: WireField[], number: number): Buffer {
  return fields.find((field) => field.number === number)?.bytes ?? Buffer.alloc(0)
}

function strings(fields: WireField[], numbers: number[]): string[] {
  return numbers.map((number) => bytesOf(fields, number).toString('utf8'))
}

/** `rbac.authorization.k8s.io/v1` is defined in the Go package `rbac/v1`. */
function packageOf(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions') return 'meta/v1'
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? `core/${apiVersion}` : `${apiVersion.slice(0, slash).split('.')[0]}/${apiVersion.slice(slash + 1)}`
}

function shapeOf(message: string): Map<number, FieldShape> {
  const known = shapes.get(message)
  if (known !== undefined) return known
  const text: unknown = Reflect.get(messages, message)
  if (typeof text !== 'string') throw new RangeError(`no kind is registered for ${message}`)
  const shape = new Map(text.split('|').map((field) => parsedShape(field.split(' '))))
  shapes.set(message, shape)
  return shape
}

function parsedShape([number, name = '', type = '', mark]: string[]): [number, FieldShape] {
  return [Number(number), { name, type, pointer: mark === '*', omitZero: mark === '?' }]
}

function decodedMessage(message: string, bytes: Buffer): JsonObject {
  const shape = shapeOf(message)
  const result: JsonObject = {}
  for (const field of wireFields(bytes)) {
    const found = shape.get(field.number)
    if (found === undefined) continue
    const { name, type, pointer, omitZero } = found
    if (name === '-') Object.assign(result, decodedMessage(type, field.bytes))
    else if (type.startsWith('[]') && type !== '[]byte')
      result[name] = [...listAt(result, name), fieldValue(type.slice(2), field)]
    else if (type.startsWith('{}')) result[name] = { ...mapAt(result, name), ...entryOf(type.slice(2), field.bytes) }
    else {
      const value = fieldValue(type, field)
      if (pointer || !isEmpty(value, omitZero)) result[name] = value
    }
  }
  return result
}

function listAt(result: JsonObject, name: string): unknown[] {
  const list = result[name]
  return Array.isArray(list) ? list : []
}

function mapAt(result: JsonObject, name: string): JsonObject {
  return isJsonObject(result[name]) ? result[name] : {}
}

function entryOf(type: string, bytes: Buffer): JsonObject {
  const fields = wireFields(bytes)
  const value = fields.find(({ number }) => number === 2) ?? { number: 2, value: 0n, bytes: Buffer.alloc(0) }
  return { [bytesOf(fields, 1).toString('utf8')]: fieldValue(type, value) }
}

/** What Go's JSON leaves out: zero values marked so, and (unlike Go) empty structs, which say nothing either. */
function isEmpty(value: unknown, omitZero: boolean): boolean {
  if (value === undefined || (isJsonObject(value) && Object.keys(value).length === 0)) return true
  return omitZero && (value === '' || value === 0 || value === false)
}

function fieldValue(type: string, { value, bytes }: WireField): unknown {
  switch (type) {
    case 'string':
      return bytes.toString('utf8')
    case 'bool':
      return value !== 0n
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, value))
    case '[]byte':
      return bytes.toString('base64')
    default:
      return decodedStruct(type, bytes)
  }
}

function decodedStruct(type: string, bytes: Buffer): unknown {
  const fields = wireFields(bytes)
  const number = (wanted: number) =>
    Number(BigInt.asIntN(64, fields.find((field) => field.number === wanted)?.value ?? 0n))
  switch (type) {
    case 'time':
    case 'micro-time':
      return fields.length === 0 ? undefined : timeText(type, number(1), number(2))
    case 'quantity':
      return bytesOf(fields, 1).toString('utf8')
    case 'int-or-string':
      return number(1) === 0 ? number(2) : bytesOf(fields, 3).toString('utf8')
    case 'raw':
      return JSON.parse(bytesOf(fields, 1).toString('utf8') || '{}')
    default:
      return decodedMessage(type, bytes)
  }
}

function timeText(type: 'time' | 'micro-time', seconds: number, nanos: number): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  return type === 'time' ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`
}
