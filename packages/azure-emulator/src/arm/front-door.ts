import type { Cloud } from '../cloud.ts'
import type { TokenStore } from '../entra/token-store.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { createRouteTable } from '../http/route-table.ts'
import { checkApiVersion } from './api-versions.ts'
import { ArmError, armError, errorAnswer } from './arm-error.ts'
import { authenticate, authorize } from './authorization.ts'
import type { ArmCall, ArmEndpoint } from './call.ts'
import { ARM_ENDPOINTS } from './endpoints.ts'
import { takeRequest } from './request-limits.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** Azure Resource Manager: lets a request through to its endpoint, or says why not. */
export function createFrontDoor(cloud: Cloud, tokens: TokenStore): (request: HttpRequest) => HttpAnswer {
  const routes = createRouteTable<ArmEndpoint>(ARM_ENDPOINTS)
  const throttle = createThrottle(cloud.clock)
  return (request) => {
    const correlationId = request.headers['x-ms-correlation-request-id'] ?? cloud.newId()
    const answer = translated(() => {
      const caller = authenticate(request, tokens, cloud.settings)
      const match = routes.find(request.method, request.url.pathname)
      if (!match) throw unknownRoute(request, routes.methods(request.url.pathname))
      const call: ArmCall = { request, params: match.params, caller, correlationId }
      return dispatch(cloud, throttle, { endpoint: match.endpoint, call })
    })
    return { ...answer, headers: { ...commonHeaders(cloud, request, correlationId), ...answer.headers } }
  }
}

function dispatch(
  cloud: Cloud,
  throttle: Throttle,
  { endpoint, call }: { endpoint: ArmEndpoint; call: ArmCall },
): HttpAnswer {
  const { settings, clock } = cloud
  checkApiVersion(call.request.url.searchParams.get('api-version'), endpoint.type, settings.location)
  requireSubscription(call, settings.subscriptionId)
  const left = takeRequest(endpoint, call, { throttle, settings, clock })
  if (endpoint.action) authorize(endpoint.action, call.request.url.pathname, { caller: call.caller, settings })
  requireParents(cloud, call)
  const answer = translated(() => endpoint.handle(cloud, call))
  return { ...answer, headers: { ...left, ...answer.headers } }
}

function translated(act: () => HttpAnswer): HttpAnswer {
  try {
    return act()
  } catch (error) {
    if (error instanceof ArmError) return errorAnswer(error)
    throw error
  }
}

function requireSubscription({ params }: ArmCall, subscriptionId: string): void {
  if (params.subscription?.toLowerCase() === subscriptionId.toLowerCase()) return
  throw armError({
    status: 404,
    code: 'SubscriptionNotFound',
    message: `The subscription '${params.subscription ?? ''}' could not be found.`,
  })
}

function requireParents({ settings, cluster }: Cloud, { request, params }: ArmCall): void {
  if (params.group === undefined) return
  if (params.group.toLowerCase() !== settings.resourceGroup.toLowerCase())
    throw armError({
      status: 404,
      code: 'ResourceGroupNotFound',
      message: `Resource group '${params.group}' could not be found.`,
    })
  if (params.cluster === undefined) return
  if (cluster.exists && params.cluster.toLowerCase() === settings.cluster.toLowerCase()) return
  const resource = `Microsoft.ContainerService/managedClusters/${params.cluster}`
  if (request.method === 'PUT')
    throw armError({
      status: 404,
      code: 'ParentResourceNotFound',
      message: `Failed to perform 'write' on resource(s) of type 'managedClusters/agentPools', because the parent resource '/subscriptions/${settings.subscriptionId}/resourceGroups/${params.group}/providers/${resource}' could not be found.`,
    })
  throw armError({
    status: 404,
    code: 'ResourceNotFound',
    message: `The Resource '${resource}' under resource group '${params.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  })
}

function unknownRoute({ method, url }: HttpRequest, methods: readonly string[]): ArmError {
  if (methods.length > 0)
    return armError({
      status: 405,
      code: 'MethodNotAllowed',
      message: `The requested resource does not support http method '${method}'.`,
      headers: { allow: methods.join(', ') },
    })
  const [, namespace, resource = ''] = /\/providers\/([^/]+)\/(.+)/i.exec(url.pathname) ?? []
  const type = resource.split('/').filter((_segment, index) => index % 2 === 0)
  return armError({
    status: 404,
    code: namespace ? 'InvalidResourceType' : 'NotFound',
    message: namespace
      ? `The resource type '${type.join('/')}' could not be found in the namespace '${namespace}' for api version '${url.searchParams.get('api-version') ?? ''}'.`
      : `No resource was found at '${url.pathname}'.`,
  })
}

function commonHeaders(
  { clock, settings, newId }: Cloud,
  request: HttpRequest,
  correlationId: string,
): Record<string, string> {
  const requestId = newId()
  const clientRequestId = request.headers['x-ms-client-request-id']
  const echoed = request.headers['x-ms-return-client-request-id']?.toLowerCase() === 'true' && clientRequestId
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `${settings.location.toUpperCase()}:${time}:${requestId}`,
    ...(echoed && { 'x-ms-client-request-id': echoed }),
  }
}
