import { StatusError } from '../status-error.ts'

/** What a URL path of the API addresses. `namespace` and `name` are undefined where the path has none. */
export interface ResourcePath {
  group: string
  version: string
  plural: string
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
  /** What follows the subresource: the path behind a proxy. */
  rest: string
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** Undefined when the path does not reach below a group and version. */
export function resourcePath(path: string): ResourcePath | undefined {
  const [root, ...segments] = path.split('/').slice(1)
  const group = root === 'apis' ? segments.shift() : root === 'api' ? '' : undefined
  const version = segments.shift()
  if (group === undefined || version === undefined || version === '' || segments.length === 0) return undefined
  const inNamespace =
    segments[0] === 'namespaces' && segments.length > 2 && !NAMESPACE_SUBRESOURCES.has(segments[2] ?? '')
  const namespace = inNamespace ? decoded(segments[1]) : undefined
  const [plural = '', name, subresource, ...rest] = inNamespace ? segments.slice(2) : segments
  if (plural === '') return undefined
  return {
    group,
    version,
    plural,
    namespace,
    name: name === '' ? undefined : decoded(name),
    subresource: subresource === '' ? undefined : subresource,
    rest: rest.join('/'),
  }
}

function decoded(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment)
  } catch (error) {
    throw new StatusError({ code: 400, reason: 'BadRequest', message: `invalid URL escape in "${segment}"` }, error)
  }
}
