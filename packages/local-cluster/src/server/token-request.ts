import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, stringAt } from '../json.ts'
import { storedAt } from '../resources/update-object.ts'
import { badRequest, invalid, notFound } from '../status-error.ts'
import { type Answer, jsonAnswer } from './api-request.ts'
import { parsedBody } from './body.ts'
import { methodNotAllowed, type ResourceCall, targetOf } from './resource-call.ts'

/** For whom a token is that names nobody. */
const ISSUER = 'https://kubernetes.default.svc'
const SHORTEST_SECONDS = 600
const LONGEST_SECONDS = 2 ** 32
const DEFAULT_SECONDS = 3_600

/** `POST serviceaccounts/<name>/token`: a signed token of that account. */
export async function issueToken(call: ResourceCall, name: string): Promise<Answer> {
  const { context, request } = call
  if (request.method !== 'POST') throw methodNotAllowed()
  const spec = await specOf(call)
  const account = storedAt(context.engine, targetOf(call, name))
  const { expirationSeconds = DEFAULT_SECONDS } = spec
  const isTooLong = typeof expirationSeconds === 'number' && expirationSeconds > LONGEST_SECONDS
  if (typeof expirationSeconds !== 'number' || expirationSeconds < SHORTEST_SECONDS || isTooLong) {
    const bound = isTooLong ? 'larger than 2^32 seconds' : 'less than 10 minutes'
    const message = `Invalid value: ${expirationSeconds}: may not specify a duration ${bound}`
    const cause = { reason: 'FieldValueInvalid', message, field: 'spec.expirationSeconds' }
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' }, [cause])
  }
  checkBoundObject(call, spec)
  const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(String) : []
  const meant = audiences.length === 0 ? [ISSUER] : audiences
  const { token, expirationTimestamp } = context.tokens.issue(account.object, { audiences, expirationSeconds })
  const { namespace, uid } = account.object.metadata
  return jsonAnswer(
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, uid, creationTimestamp: timestamp(context.engine.clock.now()) },
      spec: { ...spec, audiences: meant, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token, expirationTimestamp },
    },
    201,
  )
}

const BOUND_KINDS: Record<string, string> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

/** A token may be bound to an object that exists. */
function checkBoundObject({ context, path }: ResourceCall, spec: Record<string, unknown>): void {
  const plural = BOUND_KINDS[stringAt(spec, 'boundObjectRef', 'kind')]
  if (plural === undefined) return
  const name = stringAt(spec, 'boundObjectRef', 'name')
  const key = plural === 'nodes' ? name : `${path.namespace}/${name}`
  if (context.engine.store.collection({ group: '', plural }).get(key) !== undefined) return
  throw notFound({ group: '', plural, name })
}

async function specOf({ request }: ResourceCall): Promise<Record<string, unknown>> {
  const spec = fieldsAt((await parsedBody(request)).value, 'spec')
  const { audiences = [] } = spec
  if (Array.isArray(audiences)) return spec
  const why = `json: cannot unmarshal ${typeof audiences} into Go struct field TokenRequestSpec.spec.audiences of type []string`
  throw badRequest(`TokenRequest in version "v1" cannot be handled as a TokenRequest: ${why}`)
}
