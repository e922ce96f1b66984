import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { DecodeRequest } from '../kind-definition.ts'
import { builtInModel } from '../kinds/built-in-kinds.ts'
import type { CustomVersion } from '../kinds/custom-kind.ts'
import { apiVersionOf } from '../object-address.ts'
import { applyDefaults, dropForbiddenNulls } from '../schema/apply-defaults.ts'
import { decodeBuiltIn, UnmarshalFault } from '../schema/decode-built-in.ts'
import { defaultBuiltIn } from '../schema/default-built-in.ts'
import { embeddedResources } from '../schema/embedded-resources.ts'
import { childPath, invalidValue } from '../schema/field-fault.ts'
import { prune } from '../schema/prune.ts'
import { badRequest, invalid, type StatusError } from '../status-error.ts'

/** Brings a request's object, in place, into the form in which it is stored; the result lists warnings. */
export function decodeObject(request: DecodeRequest, custom: CustomVersion | undefined): string[] {
  const { kind, object } = request
  const unknown = decoded(request, () =>
    custom === undefined ? decodeBuiltInKind(object, kind) : decodeCustom(object, kind, custom),
  )
  const warnings = strictFaults(request, unknown)
  if (custom?.deprecation !== undefined) warnings.push(custom.deprecation)
  if (kind.group === '' && kind.kind === 'Endpoints') warnings.push(ENDPOINTS_DEPRECATED)
  return warnings
}

const ENDPOINTS_DEPRECATED = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'

/** The real server names no object when it cannot decode what a patch made of it. */
const UNNAMED = { group: '', kind: '', name: '' }

/** Translates values of a wrong type into the API server's refusal. */
function decoded(request: DecodeRequest, decode: () => string[]): string[] {
  try {
    return decode()
  } catch (error) {
    if (error instanceof UnmarshalFault) throw undecodable(request, error.message)
    throw error
  }
}

function decodeBuiltInKind(object: KubeObject, kind: DecodeRequest['kind']): string[] {
  const model = builtInModel(kind)
  if (model === undefined) return []
  const unknown = decodeBuiltIn(object, model)
  if (kind.kind === 'Secret') mergeStringData(object)
  defaultBuiltIn(object, model)
  return unknown
}

/** Plain text in `stringData` is write-only; it is stored in `data`. */
function mergeStringData(secret: JsonObject): void {
  if (!isJsonObject(secret.stringData)) return
  const encoded = Object.entries(secret.stringData).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString('base64'),
  ])
  secret.data = { ...(isJsonObject(secret.data) ? secret.data : {}), ...Object.fromEntries(encoded) }
  delete secret.stringData
}

function decodeCustom(object: KubeObject, kind: DecodeRequest['kind'], { schema }: CustomVersion): string[] {
  const { metadata }: JsonObject = object
  if (!isJsonObject(metadata)) {
    const found = Array.isArray(metadata) ? 'array' : typeof metadata
    throw new UnmarshalFault(`json: cannot unmarshal ${found} into Go value of type v1.ObjectMeta`)
  }
  // Go's maps are read in this order.
  for (const name of Object.keys(metadata).sort()) {
    const value = metadata[name]
    delete metadata[name]
    metadata[name] = value
  }
  const inMetadata = decodeBuiltIn(metadata, 'V1ObjectMeta', 'metadata')
  // The schema says nothing of another kind.
  if (object.kind !== kind.kind || object.apiVersion !== apiVersionOf(kind)) return inMetadata
  for (const { resource, path } of embeddedResources(object, schema, '')) {
    if (!isJsonObject(resource.metadata)) continue
    inMetadata.push(...decodeBuiltIn(resource.metadata, 'V1ObjectMeta', childPath(path, 'metadata')))
  }
  const removed = prune(object, schema)
  dropForbiddenNulls(object, schema)
  applyDefaults(object, schema)
  return [...inMetadata, ...removed]
}

function strictFaults(request: DecodeRequest, unknown: string[]): string[] {
  const { fieldValidation, duplicateFields, patchFaults = [] } = request
  if (fieldValidation === 'Ignore') return []
  const faults = [
    ...patchFaults,
    ...(duplicateFields ?? []).map((path) => `duplicate field "${path}"`),
    ...unknown.map((path) => `unknown field "${path}"`),
  ]
  if (fieldValidation === 'Warn' || faults.length === 0) return faults
  throw undecodable(request, `strict decoding error: ${faults.join(', ')}`)
}

function undecodable({ kind: { kind, version }, object, shownPatch }: DecodeRequest, why: string): StatusError {
  if (shownPatch !== undefined) return invalid(UNNAMED, [invalidValue('patch', shownPatch(), why)])
  return badRequest(`${object.kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}
