import { type JsonObject, jsonEqual, objectAt, stringAt } from '../json.ts'
import { type FieldFault, forbiddenValue, invalidValue, itemPath, requiredValue } from '../schema/field-fault.ts'
import { configMapKey } from './name-rules.ts'

/** Faults of the keys of a ConfigMap or Secret, and of data that its type demands. */
export function dataFaults(object: JsonObject, kind: string): FieldFault[] {
  const data = objectAt(object, 'data') ?? {}
  const binary = objectAt(object, 'binaryData') ?? {}
  const keyed = (part: JsonObject, name: string): FieldFault[] =>
    Object.keys(part).flatMap((key) => configMapKey(key).map((why) => invalidValue(itemPath(name, key), key, why)))
  const twice = Object.keys(binary).filter((key) => Object.hasOwn(data, key))
  return [
    ...keyed(data, 'data'),
    ...keyed(binary, 'binaryData'),
    ...twice.map((key) => invalidValue(itemPath('data', key), key, 'duplicate of key present in binaryData')),
    ...(kind === 'Secret' ? secretFaults(stringAt(object, 'type'), data) : []),
    ...(kind === 'Secret' ? tokenFaults(object) : []),
  ]
}

const BASIC = 'kubernetes.io/basic-auth'
const SSH = 'kubernetes.io/ssh-auth'

const DEMANDED: Record<string, string[]> = {
  [BASIC]: ['username', 'password'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  [SSH]: ['ssh-privatekey'],
}

function secretFaults(type: string, data: JsonObject): FieldFault[] {
  const demanded = DEMANDED[type] ?? []
  const absent = demanded.filter((key) => data[key] === undefined || (type === SSH && data[key] === ''))
  // Of a name and a password one is enough.
  const isEnough = type === BASIC && absent.length < demanded.length
  const missing = isEnough ? [] : absent.map((key) => requiredValue(itemPath('data', key)))
  const [json = ''] = type.startsWith('kubernetes.io/docker') ? demanded : []
  const encoded = data[json]
  if (typeof encoded !== 'string' || isJson(Buffer.from(encoded, 'base64').toString())) return missing
  return [...missing, invalidValue(itemPath('data', json), '<secret contents redacted>', 'must be valid JSON')]
}

const ACCOUNT = 'kubernetes.io/service-account.name'

/** A token says whose it is. */
function tokenFaults(secret: JsonObject): FieldFault[] {
  const isToken = stringAt(secret, 'type') === 'kubernetes.io/service-account-token'
  if (!isToken || stringAt(secret, 'metadata', 'annotations', ACCOUNT) !== '') return []
  return [requiredValue(itemPath('metadata.annotations', ACCOUNT))]
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What an immutable ConfigMap or Secret may not change. */
export function dataUpdateFaults(object: JsonObject, oldObject: JsonObject, kind: string): FieldFault[] {
  const faults: FieldFault[] = []
  if (kind === 'Secret' && object.type !== oldObject.type) {
    faults.push(invalidValue('type', object.type, 'field is immutable'))
  }
  if (oldObject.immutable !== true) return faults
  const why = 'field is immutable when `immutable` is set'
  const changed = ['data', 'binaryData'].filter((field) => !jsonEqual(object[field], oldObject[field]))
  if (object.immutable !== true) changed.unshift('immutable')
  return [...faults, ...changed.map((field) => forbiddenValue(field, why))]
}
