import { fieldsAt } from '../json.ts'
import { storedAt } from '../resources/update-object.ts'
import { invalid } from '../status-error.ts'
import { type Answer, jsonAnswer } from './api-request.ts'
import { parsedBody } from './body.ts'
import { methodNotAllowed, type ResourceCall, targetOf } from './resource-call.ts'

const SHORTEST_SECONDS = 600
const DEFAULT_SECONDS = 3_600

/** `POST serviceaccounts/<name>/token`: a signed token of that account. */
export async function issueToken(call: ResourceCall, name: string): Promise<Answer> {
  const { context, request } = call
  if (request.method !== 'POST') throw methodNotAllowed()
  const account = storedAt(context.engine, targetOf(call, name))
  const spec = await specOf(call)
  const { expirationSeconds = DEFAULT_SECONDS } = spec
  if (typeof expirationSeconds !== 'number' || expirationSeconds < SHORTEST_SECONDS) {
    const message = `Invalid value: ${expirationSeconds}: may not specify a duration less than 10 minutes`
    const cause = { reason: 'FieldValueInvalid', message, field: 'spec.expirationSeconds' }
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' }, [cause])
  }
  const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(String) : []
  const { token, expirationTimestamp } = context.tokens.issue(account.object, { audiences, expirationSeconds })
  const { namespace } = account.object.metadata
  return jsonAnswer(
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: null },
      spec: { ...spec, audiences, expirationSeconds },
      status: { token, expirationTimestamp },
    },
    201,
  )
}

async function specOf({ request }: ResourceCall): Promise<Record<string, unknown>> {
  return fieldsAt((await parsedBody(request)).value, 'spec')
}
