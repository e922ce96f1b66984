import type { KubeObject } from '../cluster-access.ts'
import { fieldsAt, isJsonObject, type JsonObject, jsonCopy } from '../json.ts'
import type { KindDefinition, ScalePaths } from '../kind-definition.ts'
import { badRequest } from '../status-error.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { type PatchType, patched } from './patch-object.ts'
import { checkPreconditions } from './preconditions.ts'
import { replaceStored, storedAt } from './update-object.ts'

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(kind: KindDefinition, { metadata, ...fields }: KubeObject): KubeObject {
  const paths = scalePaths(kind)
  const object = { metadata, ...fields }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selectorPath = kind.custom ? paths.labelSelectorPath : '.spec.selector'
  const selector = selectorPath === undefined ? undefined : selectorText(valueAt(object, selectorPath))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: { replicas: valueAt(object, paths.specReplicasPath) ?? 0 },
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
  request: WriteOptions & ({ body: unknown } | { patch: unknown; patchType: PatchType }),
): KubeObject {
  const paths = scalePaths(target.kind)
  const stored = storedAt(engine, target)
  const current = scaleOf(target.kind, stored.object)
  const scale = 'body' in request ? request.body : patched(current, request.patch, request.patchType)
  const replicas = fieldsAt(scale, 'spec').replicas ?? 0
  if (!isJsonObject(scale) || typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest('spec.replicas of the Scale is not a whole number')
  }
  const metadata = fieldsAt(scale, 'metadata')
  checkPreconditions(target, metadata, stored.object.metadata)
  const object = jsonCopy(stored.object)
  setAt(object, paths.specReplicasPath, replicas)
  const { user, dryRun, fieldValidation } = request
  const { subresource: _scale, ...whole } = target
  const written = replaceStored(engine, whole, { user, dryRun, fieldValidation, object, stored })
  return scaleOf(target.kind, written.object)
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
