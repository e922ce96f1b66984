import { StatusError } from '../status-error.ts'

/** In which form objects are answered. */
export type Representation = 'object' | 'metadata' | 'table'

interface MediaRange {
  type: string
  parameters: Record<string, string>
}

/** The media ranges of an Accept header in its order. */
export function acceptedRanges(accept: string): MediaRange[] {
  if (accept.trim() === '') return [{ type: '*/*', parameters: {} }]
  return accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const pairs = parameters.map((parameter) => parameter.split('=', 2).map((part) => part.trim()))
    return { type: type.toLowerCase(), parameters: Object.fromEntries(pairs) }
  })
}

export function isJson({ type }: { type: string }): boolean {
  return type === 'application/json' || type === 'application/*' || type === '*/*'
}

/** The first form the client accepts; throws 406 when it is none of ours. */
export function representation(accept: string): Representation {
  for (const range of acceptedRanges(accept)) {
    if (!isJson(range)) continue
    const { as, g, v } = range.parameters
    if (as === undefined) return 'object'
    if (g !== 'meta.k8s.io' || v !== 'v1') continue
    if (as === 'Table') return 'table'
    if (as.startsWith('PartialObjectMetadata')) return 'metadata'
  }
  throw notAcceptable()
}

export function notAcceptable(): StatusError {
  const message = 'only the following media types are accepted: application/json, application/json;stream=watch'
  return new StatusError({ code: 406, reason: 'NotAcceptable', message })
}
