import { goJson } from '../json.ts'
import {
  childPath,
  type FieldFault,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { fieldSchema, type Schema, type ValidationRule } from '../schema/schema.ts'
import { type SchemaPlace, walkSchema } from '../schema/walk-schema.ts'
import { declareSchema, withResourceFields } from './declare-schema.ts'
import { checkingEnvironment } from './environment.ts'
import { checkExpression } from './expression.ts'
import { readExpression } from './expression-source.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** Faults of the `x-kubernetes-validations` of a schema that is structural: what does not compile is refused. */
export function ruleFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  walkSchema(schema, { path, level: 'root' }, (part, place) => {
    const rules = part['x-kubernetes-validations'] ?? []
    const compiles = rules.length === 0 ? undefined : compiler(part, place)
    rules.forEach((rule, index) => {
      const at = itemPath(childPath(place.path, 'x-kubernetes-validations'), index)
      faults.push(...textFaults(rule, part, at), ...(compiles?.(rule, at) ?? []))
    })
  })
  return faults
}

function textFaults({ rule, message, reason, fieldPath }: ValidationRule, schema: Schema, at: string): FieldFault[] {
  const faults: FieldFault[] = []
  if (rule.trim() === '') faults.push(requiredValue(childPath(at, 'rule'), 'rule is not specified'))
  if (message !== undefined && message !== '' && message.trim() === '') {
    faults.push(invalidValue(childPath(at, 'message'), message, 'must be non-empty if specified'))
  }
  if (message?.trim().includes('\n')) {
    faults.push(invalidValue(childPath(at, 'message'), message, 'must not contain line breaks'))
  }
  if (rule.trim().includes('\n') && (message ?? '').trim() === '') {
    faults.push(requiredValue(childPath(at, 'message'), 'message must be specified if rule contains line breaks'))
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    faults.push(unsupportedValue(childPath(at, 'reason'), reason, REASONS))
  }
  if (fieldPath !== undefined && fieldPath !== '' && !isFieldPath(fieldPath, schema)) {
    faults.push(invalidValue(childPath(at, 'fieldPath'), fieldPath, 'must be a valid path'))
  }
  return faults
}

function isFieldPath(path: string, schema: Schema): boolean {
  const steps = path.match(/\.[^.[\]]+|\['(?:\\.|[^'\\])*'\]/g) ?? []
  if (steps.join('') !== path || steps.length === 0) return false
  const names = steps.map((step) => (step.startsWith('.') ? step.slice(1) : step.slice(2, -2).replace(/\\(.)/g, '$1')))
  return (
    names.reduce<Schema | undefined>((at, name) => (at === undefined ? at : fieldSchema(at, name)), schema) !==
    undefined
  )
}

/** Compiles rules against the types of their place in the schema. */
function compiler(schema: Schema, { level, uncorrelatable }: SchemaPlace) {
  const shown = level === 'root' ? withResourceFields(schema) : schema
  const environment = (optionalOldSelf: boolean) => {
    const checking = checkingEnvironment()
    const type = declareSchema(checking, shown)
    return checking
      .registerVariable('self', type)
      .registerVariable('oldSelf', optionalOldSelf ? `optional<${type}>` : type)
  }
  return (rule: ValidationRule, at: string): FieldFault[] => {
    const checking = environment(rule.optionalOldSelf === true)
    const faults: FieldFault[] = []
    const check = (text: string, name: string, wanted: string): void => {
      const result = checkExpression(text, checking)
      if ('fault' in result) faults.push(compileFault(rule, childPath(at, name), result.fault))
      else if (result.type !== wanted && result.type !== 'dyn') {
        const why =
          name === 'rule' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string'
        faults.push(compileFault(rule, childPath(at, name), why))
      }
    }
    if (rule.rule.trim() !== '') check(rule.rule, 'rule', 'bool')
    if (rule.messageExpression !== undefined) check(rule.messageExpression, 'messageExpression', 'string')
    return [...faults, ...oldSelfFaults(rule, at, uncorrelatable)]
  }
}

/** The API server prints the Go value of a rule: its names, in its order. */
function compileFault(rule: ValidationRule, path: string, why: string): FieldFault {
  const values: [name: string, value: unknown][] = [
    ['Rule', rule.rule],
    ['Message', rule.message ?? ''],
    ['MessageExpression', rule.messageExpression ?? ''],
    ['Reason', rule.reason ?? null],
    ['FieldPath', rule.fieldPath ?? ''],
    ['OptionalOldSelf', rule.optionalOldSelf ?? null],
  ]
  const fields = values.map(([name, value]) => `"${name}":${goJson(value)}`)
  return { ...invalidValue(path, '', ''), message: `Invalid value: {${fields.join(',')}}: ${why}` }
}

function oldSelfFaults(rule: ValidationRule, at: string, uncorrelatable: string | undefined): FieldFault[] {
  const usesOld = readExpression(rule.rule).names.has('oldSelf')
  if (usesOld && uncorrelatable !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`
    return [invalidValue(childPath(at, 'rule'), rule.rule, why)]
  }
  if (usesOld || rule.optionalOldSelf === undefined) return []
  const why = 'may not be set if oldSelf is not used in rule'
  return [invalidValue(childPath(at, 'optionalOldSelf'), rule.optionalOldSelf, why)]
}
