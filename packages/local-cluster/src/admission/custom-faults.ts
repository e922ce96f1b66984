import { REQUEST_BUDGET } from '../cel/cost.ts'
import type { KubeObject } from '../cluster-access.ts'
import { valueAt } from '../json.ts'
import type { KindDefinition, ValidateRequest } from '../kind-definition.ts'
import type { CustomVersion } from '../kinds/custom-kind.ts'
import { apiVersionOf } from '../object-address.ts'
import { embeddedFaults } from '../schema/embedded-resources.ts'
import { type FieldFault, invalidValue } from '../schema/field-fault.ts'
import { repeatedItems } from '../schema/list-rules.ts'
import { schemaFaults } from '../schema/validate-value.ts'
import { metadataFaults, metadataUpdateFaults } from '../validation/metadata-faults.ts'

/** Refusals after which rules may not be evaluated: they rely on the schema. */
const BLOCKING = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
  'FieldValueTypeInvalid',
])
const RULES_SKIPPED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
const MAX_REPLICAS = 2 ** 31 - 1

/** Faults of a custom resource by its metadata, schema, lists, scale and CEL rules. */
export function customFaults(request: ValidateRequest, custom: CustomVersion): FieldFault[] {
  const { kind, object, oldObject } = request
  const { schema, rules } = custom
  const another = typeFaults(object, kind)
  const faults = [
    ...(another.length > 0 ? another : ownFaults(request, custom)),
    ...embeddedFaults(object, schema),
    ...(oldObject !== undefined && repeatedItems(oldObject, schema, '').length > 0
      ? []
      : repeatedItems(object, schema, '')),
  ]
  if (rules === undefined) return faults
  if (faults.some(({ reason }) => BLOCKING.has(reason))) return [...faults, invalidValue('', undefined, RULES_SKIPPED)]
  return [...faults, ...rules.faults({ value: object, old: oldObject }, { left: REQUEST_BUDGET })]
}

/** Faults that are looked for in an object that says it is of this kind. */
function ownFaults({ kind, object, oldObject, subresource }: ValidateRequest, custom: CustomVersion): FieldFault[] {
  return [
    ...(oldObject === undefined ? metadataFaults(object, kind.namespaced) : metadataUpdateFaults(object, oldObject)),
    ...inStatus(subresource, schemaFaults({ value: object, old: oldObject }, custom.schema, '')),
    ...scaleFaults(object, custom),
  ]
}

function typeFaults(object: KubeObject, kind: KindDefinition): FieldFault[] {
  const wanted = apiVersionOf(kind)
  return [
    ...(object.kind === kind.kind ? [] : [invalidValue('kind', object.kind, `must be ${kind.kind}`)]),
    ...(object.apiVersion === wanted ? [] : [invalidValue('apiVersion', object.apiVersion, `must be ${wanted}`)]),
  ]
}

/** The text of a fault in a status that was sent alone names the place in it. */
function inStatus(subresource: string | undefined, faults: FieldFault[]): FieldFault[] {
  if (subresource !== 'status') return faults
  return faults.map((fault) => ({ ...fault, message: fault.message.replace(': status.', ': ') }))
}

function scaleFaults(object: object, { definition }: CustomVersion): FieldFault[] {
  const { scale } = definition.subresources
  if (scale === undefined) return []
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const replicas = valueAt(object, ...path.split('.').slice(1))
    if (replicas === undefined) return []
    if (typeof replicas !== 'number') {
      const why = `${path} accessor error: ${replicas} is of the type ${typeof replicas}, expected int64`
      return [invalidValue(path, 0, why)]
    }
    if (replicas < 0) return [invalidValue(path, replicas, 'should be a non-negative integer')]
    return replicas > MAX_REPLICAS
      ? [invalidValue(path, replicas, `should be less than or equal to ${MAX_REPLICAS}`)]
      : []
  })
}
