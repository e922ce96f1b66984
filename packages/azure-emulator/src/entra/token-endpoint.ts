import type { Cloud } from '../cloud.ts'
import { type HttpAnswer, type HttpRequest, json } from '../http/exchange.ts'
import { createRouteTable } from '../http/route-table.ts'
import type { Settings } from '../settings.ts'
import { checkAssertion, type Refusal } from './assertion.ts'
import type { TokenStore } from './token-store.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const SCOPE = /^https:\/\/management\.[a-z.]+\/\/?\.default$/

type Endpoint = (request: HttpRequest, tenant: string) => HttpAnswer

/** The part of Entra ID that a workload identity needs; undefined for a path that is not Entra's. */
export function createEntra(cloud: Cloud, tokens: TokenStore) {
  const routes = createRouteTable<Endpoint>([
    ['GET', '/:tenant/v2.0/.well-known/openid-configuration', openIdConfiguration],
    ['POST', '/:tenant/oauth2/v2.0/token', (request) => exchangeToken(request, cloud, tokens)],
  ])
  return (request: HttpRequest): HttpAnswer | undefined => {
    const match = routes.find(request.method, request.url.pathname)
    if (!match) return undefined
    const tenant = match.params.tenant ?? ''
    if (tenant.toLowerCase() === cloud.settings.tenantId.toLowerCase()) return match.endpoint(request, tenant)
    return refuse(cloud, {
      error: 'invalid_request',
      number: 90002,
      message: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    })
  }
}

function openIdConfiguration(request: HttpRequest, tenant: string): HttpAnswer {
  const base = `${request.url.origin}/${tenant}`
  return json(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat'],
    tenant_region_scope: null,
  })
}

function exchangeToken(request: HttpRequest, cloud: Cloud, tokens: TokenStore): HttpAnswer {
  const { settings, clock } = cloud
  const form = new URLSearchParams(request.body)
  // Assertions carry the wall time of the cluster, which a fast clock runs ahead of.
  const now = clock.wallNow?.() ?? clock.now()
  const refusal = checkForm(form, settings) ?? checkAssertion(form.get('client_assertion') ?? '', settings, now)
  if (refusal) return refuse(cloud, refusal)
  const audience = (form.get('scope') ?? '').replace(/\/\.default$/, '')
  const { token, expiresInSeconds } = tokens.issue(form.get('client_id') ?? '', audience)
  return json(
    200,
    {
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
      ext_expires_in: expiresInSeconds,
      refresh_in: Math.floor(expiresInSeconds / 2),
      access_token: token,
    },
    { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
  )
}

function checkForm(form: URLSearchParams, { clientId }: Settings): Refusal | undefined {
  if (form.get('grant_type') !== 'client_credentials')
    return { error: 'unsupported_grant_type', number: 70003, message: 'The app requested an unsupported grant type.' }
  if (form.get('client_id')?.toLowerCase() !== clientId.toLowerCase())
    return {
      error: 'unauthorized_client',
      number: 700016,
      message: `Application with identifier '${form.get('client_id') ?? ''}' was not found in the directory.`,
    }
  if (!SCOPE.test(form.get('scope') ?? ''))
    return {
      error: 'invalid_scope',
      number: 70011,
      message: `The provided request must include a 'scope' input parameter. The scope '${form.get('scope') ?? ''}' is not valid.`,
    }
  if (form.get('client_assertion_type') !== JWT_BEARER || !form.get('client_assertion'))
    return {
      error: 'invalid_client',
      number: 7000216,
      message: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    }
  return undefined
}

function refuse({ clock, newId }: Cloud, { error, number, message }: Refusal): HttpAnswer {
  const timestamp = new Date(clock.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
  const [traceId, correlationId] = [newId(), newId()]
  return json(error === 'invalid_client' ? 401 : 400, {
    error,
    error_description: `AADSTS${number}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  })
}
