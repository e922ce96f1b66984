import { Optional } from '@marcbachmann/cel-js'
import { isJsonObject, jsonEqual } from '../json.ts'
import {
  childPath,
  duplicateValue,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  OMITTED,
  requiredValue,
} from '../schema/field-fault.ts'
import { fieldSchema, type Schema, type ValidationRule } from '../schema/schema.ts'
import { type Compared, correlatedItems } from '../schema/validate-value.ts'
import { withResourceFields } from './declare-schema.ts'
import { type Budget, CostExceeded, compileExpression, type Expression, type Variables } from './expression.ts'
import { celValue } from './schema-value.ts'

interface CompiledRule {
  rule: ValidationRule
  expression: Expression
  message: Expression | undefined
}

/** The rules at one place of a schema, and the places below that have any. */
interface RuleNode {
  schema: Schema
  rules: CompiledRule[]
  isResource: boolean
  below: Map<string, RuleNode>
  additional: RuleNode | undefined
  items: RuleNode | undefined
}

export interface SchemaRules {
  /** Faults by all rules whose place exists in the value. */
  faults(compared: Compared, budget: Budget): FieldFault[]
}

/** Compiles the `x-kubernetes-validations` of a schema that passed its check; undefined when it has none. */
export function compileSchemaRules(schema: Schema): SchemaRules | undefined {
  const root = ruleNode(schema, true)
  if (root === undefined) return undefined
  return { faults: (compared, budget) => nodeFaults(root, compared, { path: '', budget, isUnchanged: false }) }
}

function ruleNode(schema: Schema | boolean | undefined, isResource: boolean): RuleNode | undefined {
  if (schema === undefined || typeof schema === 'boolean') return undefined
  const below = new Map<string, RuleNode>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = ruleNode(property, property['x-kubernetes-embedded-resource'] === true)
    if (node !== undefined) below.set(name, node)
  }
  const rules = allRules(schema)
    .filter(({ rule }) => rule.trim() !== '')
    .map(compiledRule)
  const additional = ruleNode(schema.additionalProperties, false)
  const items = ruleNode(schema.items, schema.items?.['x-kubernetes-embedded-resource'] === true)
  const isEmpty = rules.length === 0 && below.size === 0 && additional === undefined && items === undefined
  return isEmpty ? undefined : { schema, rules, isResource, below, additional, items }
}

function allRules(schema: Schema): ValidationRule[] {
  return [schema, ...(schema.allOf ?? [])].flatMap((part) => part['x-kubernetes-validations'] ?? [])
}

function compiledRule(rule: ValidationRule): CompiledRule {
  const { messageExpression } = rule
  return {
    rule,
    expression: compileExpression(rule.rule),
    message: messageExpression === undefined ? undefined : compileExpression(messageExpression),
  }
}

interface Place {
  path: string
  budget: Budget
  /** What surrounds it is as it was, and so is this, also an item that cannot be told from others. */
  isUnchanged: boolean
}

function nodeFaults(node: RuleNode, compared: Compared, around: Place): FieldFault[] {
  const { value, old } = compared
  if (value === null || value === undefined) return []
  const place = { ...around, isUnchanged: around.isUnchanged || (old !== undefined && jsonEqual(value, old)) }
  const faults = ruleFaults(node, compared, place)
  if (Array.isArray(value)) {
    const { items } = node
    if (items === undefined) return faults
    const previous = correlatedItems(value, old, node.schema)
    return value.reduce<FieldFault[]>((all, item, index) => {
      all.push(...nodeFaults(items, { value: item, old: previous(item) }, below(place, itemPath(place.path, index))))
      return all
    }, faults)
  }
  if (isJsonObject(value)) faults.push(...fieldFaults(node, { value, old }, place))
  return faults
}

function fieldFaults(node: RuleNode, { value, old }: { value: Record<string, unknown>; old: unknown }, place: Place) {
  const previous = node.schema['x-kubernetes-map-type'] !== 'atomic' && isJsonObject(old) ? old : {}
  return Object.keys(value).flatMap((name) => {
    const named = node.below.get(name)
    const isNamed = fieldSchema({ properties: node.schema.properties ?? {} }, name) !== undefined
    const rules = named ?? (isNamed ? undefined : node.additional)
    const path = isNamed ? childPath(place.path, name) : itemPath(place.path, name)
    return rules === undefined ? [] : nodeFaults(rules, { value: value[name], old: previous[name] }, below(place, path))
  })
}

function below(place: Place, path: string): Place {
  return { ...place, path }
}

function ruleFaults({ schema, rules, isResource }: RuleNode, { value, old }: Compared, place: Place): FieldFault[] {
  if (rules.length === 0) return []
  const shown = isResource ? withResourceFields(schema) : schema
  const self = celValue(value, shown)
  const oldSelf = old === undefined || old === null ? undefined : celValue(old, shown)
  const faults: FieldFault[] = []
  for (const compiled of rules) {
    if (place.budget.left < 0) break
    const usesOld = compiled.expression.names.has('oldSelf')
    if (usesOld && oldSelf === undefined && compiled.rule.optionalOldSelf !== true) continue
    const variables = { self, oldSelf: oldSelfFor(compiled.rule, oldSelf) }
    const fault = ruleFault(compiled, { variables, value, schema, place, looksAt: [value, old] })
    // A rule that looks at the new state alone must not block updates elsewhere in the object.
    if (fault !== undefined && (usesOld || !place.isUnchanged)) faults.push(fault)
  }
  return faults
}

function oldSelfFor(rule: ValidationRule, oldSelf: unknown): unknown {
  if (rule.optionalOldSelf !== true) return oldSelf
  return oldSelf === undefined ? Optional.none() : Optional.of(oldSelf)
}

interface Evaluation {
  variables: Variables
  value: unknown
  schema: Schema
  place: Place
  looksAt: unknown[]
}

function ruleFault({ rule, expression, message }: CompiledRule, evaluation: Evaluation): FieldFault | undefined {
  const { variables, value, schema, looksAt } = evaluation
  const { path, budget } = evaluation.place
  const shownRule = rule.message !== undefined && rule.message !== '' ? rule.message.trim() : rule.rule.trim()
  try {
    if (expression.evaluate(variables, budget, looksAt) === true) return undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const type = schema.type ?? ''
    if (error instanceof CostExceeded) {
      budget.left = -1
      const detail = `'${text}': no further validation rules will be run due to call cost exceeds limit for rule: ${shownRule}`
      return invalidValue(path, type, detail)
    }
    return invalidValue(path, type, `${text} evaluating rule: ${shownRule}`)
  }
  const given = rule.message === undefined || rule.message === '' ? `failed rule: ${rule.rule.trim()}` : shownRule
  const detail = evaluatedMessage(message, evaluation) ?? given
  const isCompound = schema.type === 'object' || schema.type === 'array'
  const at = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '')
  return faultByReason(rule.reason, { path: at, value: isCompound ? OMITTED : value, detail })
}

/** A message expression that fails, or gives nothing to print, falls back to the fixed message. */
function evaluatedMessage(message: Expression | undefined, { variables, place, looksAt }: Evaluation) {
  if (message === undefined) return undefined
  try {
    const text = message.evaluate(variables, place.budget, looksAt)
    const trimmed = typeof text === 'string' ? text.trim() : ''
    return trimmed === '' || trimmed.includes('\n') ? undefined : trimmed
  } catch {
    return undefined
  }
}

function faultByReason(
  reason: string | undefined,
  fault: { path: string; value: unknown; detail: string },
): FieldFault {
  const { path, value, detail } = fault
  if (reason === 'FieldValueForbidden') return forbiddenValue(path, detail)
  if (reason === 'FieldValueRequired') return requiredValue(path, detail)
  if (reason === 'FieldValueDuplicate') return duplicateValue(path, value)
  return invalidValue(path, value, detail)
}
