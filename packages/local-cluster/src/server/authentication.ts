import { createHash, timingSafeEqual } from 'node:crypto'
import type { UserInfo } from '../kind-definition.ts'
import { StatusError } from '../status-error.ts'
import type { ServiceAccountTokens } from './service-account-tokens.ts'

/** Paths the real server answers to everybody. */
const PUBLIC = /^\/(healthz|livez|readyz|version|openid\/v1\/jwks)(\/|$)/
const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] }
const ADMINISTRATOR: UserInfo = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

export interface Authentication {
  /** The user of a bearer token; undefined when it is not valid. */
  user(token: string): UserInfo | undefined
  /** The user behind a request; throws 401. */
  authenticate(path: string, authorization: string | undefined): UserInfo
}

export function createAuthentication(adminToken: string, tokens: ServiceAccountTokens): Authentication {
  const user = (token: string) => (sameSecret(token, adminToken) ? ADMINISTRATOR : tokens.authenticate(token))
  return {
    user,
    authenticate(path, authorization) {
      const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
      const found = token === undefined ? undefined : user(token)
      if (found !== undefined) return found
      if (token === undefined && PUBLIC.test(path)) return ANONYMOUS
      throw new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
    },
  }
}

function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
