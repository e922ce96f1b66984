import { compileExpression, type Expression } from '../cel/expression.ts'
import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, type JsonObject, listAt, objectAt, stringAt } from '../json.ts'

export interface NamedExpression {
  name: string
  text: string
  expression: Expression
}

export interface Validation {
  text: string
  expression: Expression
  message: string
  messageExpression: Expression | undefined
  reason: string
}

/** A ValidatingAdmissionPolicy, ready to be evaluated. */
export interface AdmissionPolicy {
  name: string
  failsOnError: boolean
  paramKind: { apiVersion: string; kind: string } | undefined
  matchConstraints: JsonObject
  matchConditions: NamedExpression[]
  variables: NamedExpression[]
  validations: Validation[]
}

const compiled = new WeakMap<KubeObject, AdmissionPolicy>()

/** Compiles a stored policy, once for each stored state of it. */
export function admissionPolicy(stored: KubeObject): AdmissionPolicy {
  const known = compiled.get(stored)
  if (known !== undefined) return known
  const paramKind = objectAt(stored, 'spec', 'paramKind')
  const policy: AdmissionPolicy = {
    name: stored.metadata.name,
    failsOnError: stringAt(stored, 'spec', 'failurePolicy') !== 'Ignore',
    paramKind:
      paramKind === undefined
        ? undefined
        : { apiVersion: stringAt(paramKind, 'apiVersion'), kind: stringAt(paramKind, 'kind') },
    matchConstraints: objectAt(stored, 'spec', 'matchConstraints') ?? {},
    matchConditions: listAt(stored, 'spec', 'matchConditions').map(namedExpression),
    variables: listAt(stored, 'spec', 'variables').map(namedExpression),
    validations: listAt(stored, 'spec', 'validations').filter(isJsonObject).map(validation),
  }
  compiled.set(stored, policy)
  return policy
}

function namedExpression(declared: unknown): NamedExpression {
  const text = stringAt(declared, 'expression')
  return { name: stringAt(declared, 'name'), text, expression: compileExpression(text) }
}

function validation(declared: JsonObject): Validation {
  const text = stringAt(declared, 'expression')
  const messageExpression = stringAt(declared, 'messageExpression')
  return {
    text,
    expression: compileExpression(text),
    message: stringAt(declared, 'message').trim(),
    messageExpression: messageExpression === '' ? undefined : compileExpression(messageExpression),
    reason: stringAt(declared, 'reason') || 'Invalid',
  }
}
