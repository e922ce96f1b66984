import type { KubeObject } from '../cluster-access.ts'
import { fieldsAt, isJsonObject, type JsonObject, jsonCopy, numberAt } from '../json.ts'
import type { KindDefinition, ScalePaths } from '../kind-definition.ts'
import { decodeBuiltIn, UnmarshalFault } from '../schema/decode-built-in.ts'
import { invalidValue } from '../schema/field-fault.ts'
import { badRequest, invalid, type StatusError } from '../status-error.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { placed, recognized } from './object-metadata.ts'
import { decodedPatch, type PatchType, patched } from './patch-object.ts'
import { checkPreconditions } from './preconditions.ts'
import { checkName, replaceStored, storedAt } from './update-object.ts'

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(kind: KindDefinition, { metadata, ...fields }: KubeObject): KubeObject {
  const paths = scalePaths(kind)
  const object = { metadata, ...fields }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selectorPath = kind.custom ? paths.labelSelectorPath : '.spec.selector'
  const selector = selectorPath === undefined ? undefined : selectorText(valueAt(object, selectorPath))
  const wanted = valueAt(object, paths.specReplicasPath) ?? 0
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: {
      replicas: valueAt(object, paths.statusReplicasPath) ?? 0,
      ...(selector === undefined ? {} : { selector }),
    },
  }
}

function scalePaths({ plural, subresources: { scale } }: KindDefinition): ScalePaths {
  if (scale === undefined) throw badRequest(`${plural} cannot be scaled`)
  return scale
}

/** Writes `spec.replicas` of a Scale into the object behind it. */
export function updateScale(
  engine: ApiEngine,
  target: Target,
  request: WriteOptions & ({ body: unknown } | { patch: () => unknown; patchType: PatchType }),
): KubeObject {
  const paths = scalePaths(target.kind)
  const sent = 'body' in request ? fittingScale(target, decodedScale(request.body)) : undefined
  const stored = storedAt(engine, target)
  const scale = sent ?? fittingScale(target, patchedScale(scaleOf(target.kind, stored.object), request))
  checkPreconditions(target, scale.metadata, stored.object.metadata)
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0
  if (replicas < 0 && !target.kind.custom) throw refusedScale(target.name, replicas)
  const object = jsonCopy(stored.object)
  setAt(object, paths.specReplicasPath, replicas)
  const { user, dryRun, fieldValidation } = request
  const { subresource: _scale, ...whole } = target
  const written = replaceStored(engine, whole, { user, dryRun, fieldValidation, object, stored })
  return scaleOf(target.kind, written.object)
}

function refusedScale(name: string, replicas: number): StatusError {
  const fault = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')
  return invalid({ group: SCALE.group, kind: SCALE.kind, name }, [fault])
}

function fittingScale(target: Target, scale: KubeObject): KubeObject {
  const fitting = placed(target, scale)
  checkName(target, fitting)
  return fitting
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale', custom: false }

function decodedScale(body: unknown): KubeObject {
  const scale = jsonCopy(recognized(SCALE, body))
  try {
    decodeBuiltIn(scale, 'V1Scale')
  } catch (error) {
    if (!(error instanceof UnmarshalFault)) throw error
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${error.message}`)
  }
  return scale
}

function patchedScale(
  current: KubeObject,
  request: { body: unknown } | { patch: () => unknown; patchType: PatchType },
): KubeObject {
  if ('body' in request) return current
  const body = patched(current, request.patch(), request.patchType)
  return decodedPatch(
    () => JSON.stringify(body),
    () => decodedScale(body),
  )
}

function steps(path: string): string[] {
  return path.split('.').filter((step) => step !== '')
}

function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object
  for (const step of steps(path)) value = isJsonObject(value) ? value[step] : undefined
  return value
}

function setAt(object: KubeObject, path: string, value: unknown): void {
  const names = steps(path)
  const last = names.pop() ?? ''
  let place: JsonObject = object
  for (const name of names) {
    const inner = isJsonObject(place[name]) ? place[name] : {}
    place[name] = inner
    place = inner
  }
  place[last] = value
}

/** Built-in kinds hold a selector object, custom ones its text. */
function selectorText(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector
  if (!isJsonObject(selector)) return undefined
  const labels = Object.entries(fieldsAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${value}`)
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions.filter(isJsonObject) : []
  return [...labels, ...expressions.map(expressionText)].sort().join(',')
}

function expressionText({ key, operator, values }: JsonObject): string {
  if (operator === 'Exists') return `${key}`
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${Array.isArray(values) ? values.join(',') : ''})`
}
