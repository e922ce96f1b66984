import type { KindRef, KubeObject } from '../cluster-access.ts'
import { listAt, objectAt, stringAt } from '../json.ts'
import type { ValidateRequest } from '../kind-definition.ts'
import { NAMESPACES } from '../objects/kinds.ts'
import { StatusError } from '../status-error.ts'
import { type AdmissionPolicy, admissionPolicy } from './admission-policy.ts'
import { type Denial, evaluatePolicy } from './evaluate-policy.ts'
import { matchesResources, type Surroundings } from './match-resources.ts'
import { BindingFault, policyParams } from './policy-params.ts'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES: KindRef = {
  group: GROUP,
  version: 'v1',
  plural: 'validatingadmissionpolicies',
  kind: 'ValidatingAdmissionPolicy',
  namespaced: false,
}
const BINDINGS: KindRef = {
  ...POLICIES,
  plural: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
}

/** Lets all ValidatingAdmissionPolicies judge a request: throws the first denial, with all warnings, or returns these. */
export function runPolicies(request: ValidateRequest, around: Surroundings): string[] {
  // Policies do not judge policies, so that a wrong one can be corrected.
  if (request.kind.group === GROUP) return []
  const bindings = around.reader.list(BINDINGS)
  if (bindings.length === 0) return []
  const verdicts: Verdict[] = []
  for (const stored of around.reader.list(POLICIES)) {
    const own = bindings.filter((binding) => stringAt(binding, 'spec', 'policyName') === stored.metadata.name)
    if (own.length === 0) continue
    const policy = admissionPolicy(stored)
    if (!matchesResources(request, policy.matchConstraints, around)) continue
    for (const binding of own) verdicts.push(runBinding({ request, around, policy, binding }))
  }
  const warnings = verdicts.flatMap((verdict) => verdict.warnings)
  const denial = verdicts.find((verdict) => verdict.denial)?.denial
  if (!denial) return warnings
  denial.warnings.push(...warnings)
  throw denial
}

interface Verdict {
  denial?: StatusError
  warnings: string[]
}

interface BindingRun {
  request: ValidateRequest
  around: Surroundings
  policy: AdmissionPolicy
  binding: KubeObject
}

function runBinding({ request, around, policy, binding }: BindingRun): Verdict {
  if (!matchesResources(request, objectAt(binding, 'spec', 'matchResources') ?? {}, around)) return { warnings: [] }
  const actions = listAt(binding, 'spec', 'validationActions')
  const name = binding.metadata.name
  const found = denialsOf({ request, around, policy, binding })
  const [first] = found
  const prefix = `ValidatingAdmissionPolicy '${policy.name}' with binding '${name}'`
  const warnings = actions.includes('Warn')
    ? found.map(({ message }) => `Validation failed for ${prefix}: ${message}`)
    : []
  if (first === undefined || !(actions.includes('Deny') || first.isFault)) return { warnings }
  return { denial: denied(request, `${prefix} denied request: ${first.message}`, first.reason), warnings }
}

function denialsOf(run: BindingRun): (Denial & { isFault?: boolean })[] {
  const { request, around, policy, binding } = run
  const { namespace } = request.object.metadata
  const isNamespace = request.kind.group === '' && request.kind.kind === 'Namespace'
  const namespaceObject =
    namespace === undefined || isNamespace ? undefined : around.reader.get(NAMESPACES, { name: namespace })
  try {
    return policyParams(policy, binding, { request, around }).flatMap((params) =>
      evaluatePolicy(policy, { request, params, namespaceObject }),
    )
  } catch (error) {
    if (!(error instanceof BindingFault)) throw error
    const message = `failed to configure binding: ${error.message}`
    return policy.failsOnError ? [{ message, reason: 'Invalid', isFault: true }] : []
  }
}

const CODES: Record<string, number> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 }

function denied({ kind, object }: ValidateRequest, message: string, reason: string): StatusError {
  const { group, plural } = kind
  const { name } = object.metadata
  const qualified = group === '' ? plural : `${plural}.${group}`
  return new StatusError({
    code: CODES[reason] ?? 422,
    reason,
    message: `${qualified} ${JSON.stringify(name)} is forbidden: ${message}`,
    details: { name, ...(group === '' ? {} : { group }), kind: plural, causes: [{ message }] },
  })
}
