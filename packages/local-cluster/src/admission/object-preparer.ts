import { jsonCopy } from '../json.ts'
import type { ObjectPreparer, ObjectReader, ValidateRequest } from '../kind-definition.ts'
import type { SchemaRegistry } from '../kinds/kind-registry.ts'
import { groupOf } from '../object-address.ts'
import { applyDefaults } from '../schema/apply-defaults.ts'
import { invalid, StatusError } from '../status-error.ts'
import { builtInFaults } from '../validation/built-in-faults.ts'
import { finalizerWarnings } from '../validation/metadata-faults.ts'
import { customFaults } from './custom-faults.ts'
import { decodeObject } from './decode-object.ts'
import { runPolicies } from './run-policies.ts'

interface PreparerOptions {
  kinds: SchemaRegistry
  reader: ObjectReader
}

export function createObjectPreparer({ kinds, reader }: PreparerOptions): ObjectPreparer {
  const refuseFaults = (request: ValidateRequest): void => {
    const { kind, object } = request
    const custom = kinds.customVersion(kind)
    const faults = custom === undefined ? builtInFaults(request) : customFaults(request, custom)
    // A custom object of another group is refused by that name.
    if (faults.length > 0)
      throw invalid({ group: groupOf(object), kind: object.kind, name: object.metadata.name }, faults)
  }
  return {
    restored: (kind, object) => {
      const shown = jsonCopy(object)
      applyDefaults(shown, kinds.customVersion(kind)?.schema)
      return shown
    },
    decode: (request) => {
      const warnings = decodeObject(request, kinds.customVersion(request.kind))
      return { object: request.object, warnings }
    },
    validate: (request) => {
      if (request.operation !== 'delete') refuseFaults(request)
      const { kind, object, oldObject } = request
      const warnings = kind.custom ? finalizerWarnings(object, oldObject) : []
      try {
        return [...warnings, ...runPolicies(request, { kinds, reader })]
      } catch (error) {
        if (error instanceof StatusError) error.warnings.unshift(...warnings)
        throw error
      }
    },
  }
}
