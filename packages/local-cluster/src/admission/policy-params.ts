import type { KindRef, KubeObject } from '../cluster-access.ts'
import { type JsonObject, objectAt, stringAt } from '../json.ts'
import type { ValidateRequest } from '../kind-definition.ts'
import { selectorAt, selects } from '../selectors/label-selector.ts'
import type { AdmissionPolicy } from './admission-policy.ts'
import type { Surroundings } from './match-resources.ts'

/** A binding that cannot be evaluated as it is; the policy's failure policy decides what that means. */
export class BindingFault extends Error {
  override readonly name = 'BindingFault'
}

/** The parameters with which a policy is evaluated, once for each; none when they may be missing and are. */
export function policyParams(
  { paramKind }: AdmissionPolicy,
  binding: KubeObject,
  { request, around }: { request: ValidateRequest; around: Surroundings },
): (KubeObject | undefined)[] {
  const ref = objectAt(binding, 'spec', 'paramRef')
  if (paramKind === undefined || ref === undefined) return [undefined]
  const kind = kindOfParams(paramKind, around)
  const params = found(kind, ref, { around, namespace: paramNamespace(kind, ref, request) })
  if (params.length === 0 && stringAt(ref, 'parameterNotFoundAction') === 'Deny') {
    throw new BindingFault('no params found for policy binding with `Deny` parameterNotFoundAction')
  }
  return params
}

function kindOfParams({ apiVersion, kind }: { apiVersion: string; kind: string }, { kinds }: Surroundings): KindRef {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const known = kinds.findByKind(group, version, kind)
  if (known === undefined) throw new BindingFault(`paramKind kind \`${apiVersion}, Kind=${kind}\` not known`)
  return known
}

function paramNamespace(kind: KindRef, ref: JsonObject, { object }: ValidateRequest): string | undefined {
  const given = stringAt(ref, 'namespace')
  if (!kind.namespaced) {
    if (given === '') return undefined
    throw new BindingFault('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  }
  const namespace = given || object.metadata.namespace
  if (namespace !== undefined) return namespace
  throw new BindingFault('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
}

interface Search {
  around: Surroundings
  namespace: string | undefined
}

function found(kind: KindRef, ref: JsonObject, { around, namespace }: Search): KubeObject[] {
  const name = stringAt(ref, 'name')
  const selector = selectorAt(ref, 'selector')
  if (name !== '') {
    const param = around.reader.get(kind, { name, ...(namespace === undefined ? {} : { namespace }) })
    return param === undefined ? [] : [param]
  }
  if (selector === undefined) throw new BindingFault('one of name or selector must be provided')
  return around.reader.list(kind, namespace).filter(({ metadata }) => selects(selector, metadata.labels))
}
