import { REQUEST_BUDGET } from '../cel/cost.ts'
import type { Budget, Expression, Variables } from '../cel/expression.ts'
import { celValue } from '../cel/schema-value.ts'
import type { KubeObject } from '../cluster-access.ts'
import type { ValidateRequest } from '../kind-definition.ts'
import type { AdmissionPolicy, NamedExpression, Validation } from './admission-policy.ts'

export interface Denial {
  message: string
  reason: string
}

/** Of the budget of a request, as much as nobody notices. */
const CHEAP = REQUEST_BUDGET / 100

interface Inputs {
  request: ValidateRequest
  params: KubeObject | undefined
  namespaceObject: KubeObject | undefined
}

interface Evaluation {
  variables: Variables & { variables: Variables }
  budget: Budget
}

/** What a policy objects to in a request, one denial for each validation that does not hold. */
export function evaluatePolicy(policy: AdmissionPolicy, inputs: Inputs): Denial[] {
  const evaluation = evaluationOf(policy, inputs)
  try {
    if (!policy.matchConditions.every((condition) => holds(condition, evaluation))) return []
  } catch (error) {
    return failure(policy, messageOf(error))
  }
  return policy.validations.flatMap((validation) => denials(policy, validation, evaluation))
}

function evaluationOf(policy: AdmissionPolicy, { request, params, namespaceObject }: Inputs): Evaluation {
  const isDelete = request.operation === 'delete'
  const object = isDelete ? undefined : request.object
  const oldObject = isDelete ? request.object : request.oldObject
  const evaluation: Evaluation = {
    variables: {
      variables: {},
      object: celValue(object ?? null, undefined),
      oldObject: celValue(oldObject ?? null, undefined),
      request: celValue(requestValue(request), undefined),
      params: celValue(params ?? null, undefined),
      namespaceObject: celValue(namespaceObject ?? null, undefined),
    },
    budget: { left: REQUEST_BUDGET },
  }
  evaluation.variables.variables = lazyVariables(policy.variables, evaluation)
  return evaluation
}

/** Each variable is evaluated when it is first read, and once, also if that fails. */
function lazyVariables(declared: NamedExpression[], evaluation: Evaluation): Variables {
  const values: Variables = Object.create(null)
  for (const { name, text, expression } of declared) {
    let outcome: (() => unknown) | undefined
    Object.defineProperty(values, name, {
      enumerable: true,
      get: () => {
        outcome ??= outcomeOf(() => run(expression, text, evaluation))
        return outcome()
      },
    })
  }
  return values
}

/** What an evaluation gave or threw, to be had again. */
function outcomeOf(evaluate: () => unknown): () => unknown {
  try {
    const value = evaluate()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function requestValue({ kind, object, operation, subresource, user, dryRun }: ValidateRequest): object {
  const { group, version } = kind
  const { name, namespace } = object.metadata
  const requestKind = { group, version, kind: kind.kind }
  const resource = { group, version, resource: kind.plural }
  return {
    uid: object.metadata.uid ?? '',
    kind: requestKind,
    requestKind,
    resource,
    requestResource: resource,
    subResource: subresource ?? '',
    requestSubResource: subresource ?? '',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    operation: operation.toUpperCase(),
    userInfo: { username: user.username, uid: user.uid ?? '', groups: user.groups },
    dryRun,
    options: {},
  }
}

function run(expression: Expression, text: string, evaluation: Evaluation): unknown {
  try {
    return evaluated(expression, evaluation)
  } catch (error) {
    throw new Error(`expression '${text}' resulted in error: ${messageOf(error)}`, { cause: error })
  }
}

function evaluated(expression: Expression, { variables, budget }: Evaluation): unknown {
  return expression.evaluate(variables, budget, looksAt(expression, variables))
}

/**
 * What the loops of an expression can run over. Where all inputs would make it dear, those are left out that it does not
 * look at, and the variables that it reads are evaluated to know their size.
 */
function looksAt(expression: Expression, { variables, ...inputs }: Evaluation['variables']): unknown[] {
  const all = Object.values(inputs)
  if (expression.costBound(all) <= CHEAP) return all
  const named = Object.entries(inputs).flatMap(([name, input]) => (expression.names.has(name) ? [input] : []))
  return [...named, ...[...expression.variables].map((name) => readable(variables, name))]
}

/** A variable that cannot be evaluated says so when the expression reads it. */
function readable(variables: Variables, name: string): unknown {
  try {
    return variables[name]
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function holds({ expression, text }: NamedExpression, evaluation: Evaluation): boolean {
  return run(expression, text, evaluation) === true
}

function failure({ failsOnError }: AdmissionPolicy, message: string): Denial[] {
  return failsOnError ? [{ message, reason: 'Invalid' }] : []
}

function denials(policy: AdmissionPolicy, validation: Validation, evaluation: Evaluation): Denial[] {
  try {
    if (run(validation.expression, validation.text, evaluation) === true) return []
  } catch (error) {
    return failure(policy, messageOf(error))
  }
  const fixed = validation.message || `failed expression: ${validation.text.trim()}`
  return [{ message: evaluatedMessage(validation, evaluation) ?? fixed, reason: validation.reason }]
}

/** A message expression that fails, or gives nothing to print on one line, falls back to the fixed message. */
function evaluatedMessage({ messageExpression }: Validation, evaluation: Evaluation) {
  if (messageExpression === undefined) return undefined
  try {
    const text = evaluated(messageExpression, evaluation)
    const trimmed = typeof text === 'string' ? text.trim() : ''
    return trimmed === '' || trimmed.includes('\n') ? undefined : trimmed
  } catch {
    return undefined
  }
}
