import type { TokenStore } from '../entra/token-store.ts'
import type { HttpRequest } from '../http/exchange.ts'
import type { Settings } from '../settings.ts'
import { type ArmError, armError } from './arm-error.ts'

/** Client id behind the bearer token; throws 401 as Azure Resource Manager does. */
export function authenticate({ headers }: HttpRequest, tokens: TokenStore, settings: Settings): string {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (!token)
    throw unauthorized(settings, {
      code: 'AuthenticationFailed',
      message: "Authentication failed. The 'Authorization' header is missing.",
      challenge: '',
    })
  const check = tokens.check(token)
  if (check.state === 'valid') return check.caller
  const message =
    check.state === 'expired'
      ? `The access token expiry UTC time '${new Date(check.expiredAt).toISOString()}' is earlier than current UTC time.`
      : 'The access token is invalid.'
  throw unauthorized(settings, {
    code: check.state === 'expired' ? 'ExpiredAuthenticationToken' : 'InvalidAuthenticationToken',
    message,
    challenge: `, error="invalid_token", error_description="${message}"`,
  })
}

function unauthorized(
  { tenantId }: Settings,
  { code, message, challenge }: { code: string; message: string; challenge: string },
): ArmError {
  const authority = `authorization="https://login.windows.net/${tenantId}"`
  return armError({ status: 401, code, message, headers: { 'www-authenticate': `Bearer ${authority}${challenge}` } })
}

export function authorize(
  action: string,
  scope: string,
  { caller, settings }: { caller: string; settings: Settings },
): void {
  if (settings.allowedActions.some(matches(action)) && !settings.deniedActions.some(matches(action))) return
  throw armError({
    status: 403,
    code: 'AuthorizationFailed',
    message: `The client '${caller}' with object id '${caller}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  })
}

const matches = (action: string) => (pattern: string) =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action.toLowerCase() === pattern.toLowerCase()
