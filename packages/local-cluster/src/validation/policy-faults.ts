import type { Environment } from '@marcbachmann/cel-js'
import { checkingEnvironment } from '../cel/environment.ts'
import { checkExpression } from '../cel/expression.ts'
import { type JsonObject, listAt, objectAt, stringAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const FAILURE_POLICIES = ['Fail', 'Ignore']
const ACTIONS = ['Audit', 'Deny', 'Warn']
const INPUTS = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables']

function inputs(): Environment {
  return INPUTS.reduce((environment, name) => environment.registerVariable(name, 'dyn'), checkingEnvironment())
}

/** Faults of a ValidatingAdmissionPolicy; what does not compile is refused. */
export function policyFaults(policy: JsonObject): FieldFault[] {
  const environment = inputs()
  const validations = listAt(policy, 'spec', 'validations')
  const needsOne = 'validations or auditAnnotations must contain at least one item'
  const isEmpty = validations.length === 0 && listAt(policy, 'spec', 'auditAnnotations').length === 0
  return [
    ...failurePolicyFaults(stringAt(policy, 'spec', 'failurePolicy')),
    ...constraintFaults(policy),
    ...namedFaults(listAt(policy, 'spec', 'matchConditions'), 'spec.matchConditions', environment),
    ...namedFaults(listAt(policy, 'spec', 'variables'), 'spec.variables', environment),
    ...validations.flatMap((validation, index) =>
      validationFaults(validation, itemPath('spec.validations', index), environment),
    ),
    ...(isEmpty ? ['spec.validations', 'spec.auditAnnotations'].map((path) => requiredValue(path, needsOne)) : []),
  ]
}

function failurePolicyFaults(value: string): FieldFault[] {
  if (value === '' || FAILURE_POLICIES.includes(value)) return []
  return [unsupportedValue('spec.failurePolicy', value, FAILURE_POLICIES)]
}

function constraintFaults(policy: JsonObject): FieldFault[] {
  if (objectAt(policy, 'spec', 'matchConstraints') === undefined) return [requiredValue('spec.matchConstraints')]
  const rules = listAt(policy, 'spec', 'matchConstraints', 'resourceRules')
  const path = 'spec.matchConstraints.resourceRules'
  if (rules.length === 0) return [requiredValue(path)]
  return rules.flatMap((rule, index) => ruleFaults(rule, itemPath(path, index)))
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']

function ruleFaults(rule: unknown, path: string): FieldFault[] {
  const lists = ['apiGroups', 'apiVersions', 'resources', 'operations']
  const missing = lists
    .filter((name) => listAt(rule, name).length === 0)
    .map((name) => requiredValue(childPath(path, name)))
  const unknown = listAt(rule, 'operations').flatMap((operation, index) =>
    OPERATIONS.includes(String(operation))
      ? []
      : [unsupportedValue(itemPath(childPath(path, 'operations'), index), operation, OPERATIONS)],
  )
  return [...missing, ...unknown]
}

function namedFaults(declared: unknown[], path: string, environment: Environment): FieldFault[] {
  return declared.flatMap((entry, index) => {
    const at = itemPath(path, index)
    const wanted = path.endsWith('matchConditions') ? 'bool' : undefined
    const name = stringAt(entry, 'name') === '' ? [requiredValue(childPath(at, 'name'))] : []
    return [
      ...name,
      ...expressionFaults(stringAt(entry, 'expression'), childPath(at, 'expression'), { environment, wanted }),
    ]
  })
}

interface Checking {
  environment: Environment
  wanted: 'bool' | 'string' | undefined
}

function expressionFaults(text: string, path: string, { environment, wanted }: Checking): FieldFault[] {
  if (text.trim() === '') return [requiredValue(path, 'expression is not specified')]
  const result = checkExpression(text, environment)
  if ('fault' in result) return [invalidValue(path, text, result.fault)]
  const fits = wanted === undefined || result.type === wanted || result.type === 'dyn'
  return fits ? [] : [invalidValue(path, text, `must evaluate to ${wanted} but got ${result.type}`)]
}

function validationFaults(validation: unknown, path: string, environment: Environment): FieldFault[] {
  const message = stringAt(validation, 'message')
  const messageExpression = stringAt(validation, 'messageExpression')
  const reason = stringAt(validation, 'reason')
  const faults = expressionFaults(stringAt(validation, 'expression'), childPath(path, 'expression'), {
    environment,
    wanted: 'bool',
  })
  if (messageExpression !== '') {
    const at = childPath(path, 'messageExpression')
    faults.push(...expressionFaults(messageExpression, at, { environment, wanted: 'string' }))
  }
  if (message.trim().includes('\n')) {
    faults.push(invalidValue(childPath(path, 'message'), message, 'must not contain line breaks'))
  }
  if (reason !== '' && !REASONS.includes(reason)) {
    faults.push(unsupportedValue(childPath(path, 'reason'), reason, REASONS))
  }
  return faults
}

/** Faults of a ValidatingAdmissionPolicyBinding. */
export function bindingFaults(binding: JsonObject): FieldFault[] {
  const faults: FieldFault[] = []
  if (stringAt(binding, 'spec', 'policyName') === '') faults.push(requiredValue('spec.policyName'))
  return [...faults, ...actionFaults(listAt(binding, 'spec', 'validationActions')), ...paramRefFaults(binding)]
}

function actionFaults(actions: unknown[]): FieldFault[] {
  const path = 'spec.validationActions'
  if (actions.length === 0) return [requiredValue(path, 'at least one validation action is required')]
  const unknown = actions.flatMap((action, index) =>
    ACTIONS.includes(String(action)) ? [] : [unsupportedValue(itemPath(path, index), action, ACTIONS)],
  )
  if (!actions.includes('Deny') || !actions.includes('Warn')) return unknown
  const why =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
  return [...unknown, invalidValue(path, actions, why)]
}

function paramRefFaults(binding: JsonObject): FieldFault[] {
  const ref = objectAt(binding, 'spec', 'paramRef')
  if (ref === undefined) return []
  const path = 'spec.paramRef'
  const hasName = stringAt(ref, 'name') !== ''
  const faults: FieldFault[] = []
  if (hasName && ref.selector !== undefined) {
    const why = 'name and selector are mutually exclusive'
    faults.push(forbiddenValue(childPath(path, 'name'), why), forbiddenValue(childPath(path, 'selector'), why))
  }
  if (!hasName && ref.selector === undefined)
    faults.push(requiredValue(path, 'one of name or selector must be specified'))
  const action = stringAt(ref, 'parameterNotFoundAction')
  const at = childPath(path, 'parameterNotFoundAction')
  if (action === '') faults.push(requiredValue(at))
  else if (!['Deny', 'Allow'].includes(action)) faults.push(unsupportedValue(at, action, ['Deny', 'Allow']))
  return faults
}
