import { armError } from '../arm/arm-error.ts'
import { type RequestProperties, requestBodySchema, withoutReadOnly } from './properties.ts'
import { unmarshalError } from './refusals.ts'

/** Properties a PUT asks for, without read-only members; throws what ARM or AKS answers to a body they cannot read. */
export function parsePoolRequest(text: string): RequestProperties {
  const parsed = requestBodySchema.safeParse(withoutNulls(parseJsonBody(text)))
  if (parsed.success) return withoutReadOnly(parsed.data.properties ?? {})
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys')
    throw unmarshalError(
      `json: unknown field "${issue.keys[0]}" Check that the field is in the right location, is spelled correctly, and is supported in the API version. Visit aka.ms/aks/apiversions for more API version information.`,
    )
  const path = issue?.path.join('.') ?? ''
  throw unmarshalError(`json: cannot unmarshal value into Go struct field Properties.${path}: ${issue?.message ?? ''}`)
}

/** The content as JSON; throws as ARM does when it is none. */
export function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw armError({
      status: 400,
      code: 'InvalidRequestContent',
      message: `The request content was invalid and could not be deserialized: '${cause instanceof Error ? cause.message : cause}'.`,
      cause,
    })
  }
}

// A null member is one that was not given.
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  )
}
