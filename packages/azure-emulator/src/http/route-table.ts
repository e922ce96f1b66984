import createRouter, { type HTTPMethod } from 'find-my-way'

interface RouteMatch<Endpoint extends object> {
  endpoint: Endpoint
  params: Record<string, string>
}

const METHODS: readonly HTTPMethod[] = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** Finds the endpoint of a method and path. Paths match without regard to case, as in Azure Resource Manager. */
export function createRouteTable<Endpoint extends object>(
  routes: readonly (readonly [method: HTTPMethod, path: string, Endpoint])[],
) {
  const router = createRouter({ caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true })
  const endpoints = new Map<unknown, Endpoint>()
  for (const [method, path, endpoint] of routes) {
    const key = () => undefined
    endpoints.set(key, endpoint)
    router.on(method, path, key)
  }
  const find = (method: string, path: string): RouteMatch<Endpoint> | undefined => {
    const known = METHODS.find((candidate) => candidate === method)
    const found = known && router.find(known, path)
    const endpoint = found && endpoints.get(found.handler)
    return found && endpoint ? { endpoint, params: definedParams(found.params) } : undefined
  }
  return {
    find,
    /** The methods served on this path. */
    methods: (path: string): HTTPMethod[] => METHODS.filter((method) => find(method, path) !== undefined),
  }
}

function definedParams(params: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
