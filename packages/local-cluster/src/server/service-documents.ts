import type { ApiContext } from './api-context.ts'
import { type Answer, type ApiRequest, header, jsonAnswer } from './api-request.ts'
import type { DiscoveredResource } from './discovered-resource.ts'
import { aggregatedDiscovery, apiGroup, apiGroups, discoveredResources, resourceList } from './discovery.ts'
import { acceptedRanges, isJson, notAcceptable } from './negotiation.ts'

const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+local-cluster',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'embedded',
  platform: 'local/simulation',
}

/** Answers every path that is not a resource: health, version, discovery, OpenAPI; undefined when there is none. */
export function serviceDocument(context: ApiContext, request: ApiRequest): Answer | undefined {
  const { path } = request
  const segments = path.split('/').filter((segment) => segment !== '')
  const [root, ...rest] = segments
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return { code: 200, body: 'ok', contentType: 'text/plain' }
  if (path === '/version') return jsonAnswer(VERSION)
  if (path === '/openid/v1/jwks') return jsonAnswer(context.tokens.keys())
  if (root === 'openapi' && rest[0] === 'v3') {
    const document = rest.length === 1 ? context.openApi.index() : context.openApi.document(rest.slice(1).join('/'))
    return document === undefined ? undefined : jsonAnswer(document)
  }
  if (root === 'api' || root === 'apis') return discovery(context, request, { root, rest })
  return segments.length === 0
    ? jsonAnswer({ paths: ['/api', '/apis', '/healthz', '/openapi/v3', '/version'] })
    : undefined
}

function discovery(
  { engine }: ApiContext,
  request: ApiRequest,
  { root, rest }: { root: 'api' | 'apis'; rest: string[] },
): Answer | undefined {
  const resources = discoveredResources(engine.registry.all())
  const [first, second] = rest
  if (first === undefined) return rootDiscovery(resources, root, header(request, 'accept'))
  const body =
    root === 'api'
      ? resourceList(resources, '', first)
      : second === undefined
        ? apiGroup(resources, first)
        : resourceList(resources, first, second)
  return body === undefined ? undefined : jsonAnswer(body)
}

function rootDiscovery(resources: DiscoveredResource[], root: 'api' | 'apis', accept: string): Answer {
  for (const range of acceptedRanges(accept)) {
    if (!isJson(range)) continue
    const { as, g, v } = range.parameters
    if (as === undefined) {
      if (root === 'apis') return jsonAnswer(apiGroups(resources))
      return jsonAnswer({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })
    }
    if (as !== 'APIGroupDiscoveryList' || g !== 'apidiscovery.k8s.io' || (v !== 'v2' && v !== 'v2beta1')) continue
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`
    return { ...jsonAnswer(aggregatedDiscovery(resources, root, v)), contentType }
  }
  throw notAcceptable()
}
