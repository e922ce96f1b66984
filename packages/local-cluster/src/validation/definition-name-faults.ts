import { type JsonObject, listAt, objectAt, stringAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue, itemPath, requiredValue } from '../schema/field-fault.ts'
import { dns1035Label } from './name-rules.ts'

/** Faults of the names of a CustomResourceDefinition. */
export function definitionNameFaults(names: JsonObject, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    const name = stringAt(names, field)
    const at = childPath(path, field)
    const isKind = field === 'kind' || field === 'listKind'
    const why = dns1035Label(isKind ? name.toLowerCase() : name).join(',')
    if (name === '') faults.push(requiredValue(at))
    else if (why !== '') {
      const intro = isKind ? 'may have mixed case, but should otherwise match: ' : ''
      faults.push(invalidValue(at, name, `${intro}${why}`))
    }
  }
  if (names.kind !== undefined && names.kind === names.listKind) {
    faults.push(invalidValue(childPath(path, 'listKind'), names.listKind, 'kind and listKind may not be the same'))
  }
  return [...faults, ...nameListFaults(names, 'shortNames', path), ...nameListFaults(names, 'categories', path)]
}

function nameListFaults(names: JsonObject, field: string, path: string): FieldFault[] {
  return listAt(names, field).flatMap((name, index) => {
    const why = dns1035Label(String(name))
    return why.length === 0 ? [] : [invalidValue(itemPath(childPath(path, field), index), name, why.join(','))]
  })
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['', 'byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** Faults of a version's printer columns. */
export function columnFaults(version: unknown, path: string): FieldFault[] {
  return listAt(version, 'additionalPrinterColumns').flatMap((column, index) => {
    const at = itemPath(path, index)
    const faults: FieldFault[] = []
    const type = stringAt(column, 'type')
    const format = stringAt(column, 'format')
    const known = `must be one of ${COLUMN_TYPES.join(',')}`
    if (stringAt(column, 'name') === '') faults.push(requiredValue(childPath(at, 'name')))
    if (type === '') faults.push(requiredValue(childPath(at, 'type'), known))
    else if (!COLUMN_TYPES.includes(type)) faults.push(invalidValue(childPath(at, 'type'), type, known))
    if (!COLUMN_FORMATS.includes(format)) {
      const formats = COLUMN_FORMATS.filter((one) => one !== '').join(',')
      faults.push(invalidValue(childPath(at, 'format'), format, `must be one of ${formats}`))
    }
    return [...faults, ...simplePathFaults(stringAt(column, 'jsonPath'), childPath(at, 'JSONPath'))]
  })
}

const SIMPLE_PATH = 'must be a simple json path starting with .'

function simplePathFaults(jsonPath: string, at: string): FieldFault[] {
  if (jsonPath === '') return [requiredValue(at)]
  return jsonPath.startsWith('.') ? [] : [invalidValue(at, jsonPath, SIMPLE_PATH)]
}

/** Faults of a version's `scale` subresource. */
export function scalePathFaults(version: unknown, path: string): FieldFault[] {
  const scale = objectAt(version, 'subresources', 'scale')
  if (scale === undefined) return []
  const rules: [field: string, starts: string[], optional: boolean][] = [
    ['specReplicasPath', ['.spec.'], false],
    ['statusReplicasPath', ['.status.'], false],
    ['labelSelectorPath', ['.spec.', '.status.'], true],
  ]
  return rules.flatMap(([field, starts, optional]) => {
    const value = stringAt(scale, field)
    const at = childPath(path, `scale.${field}`)
    if (value === '') return optional ? [] : [requiredValue(at)]
    if (!value.startsWith('.')) return [invalidValue(at, value, SIMPLE_PATH)]
    if (starts.some((start) => value.startsWith(start))) return []
    const places = starts.map((start) => start.slice(0, -1)).join(' or ')
    return [invalidValue(at, value, `should be a json path under ${starts.length > 1 ? 'either ' : ''}${places}`)]
  })
}
