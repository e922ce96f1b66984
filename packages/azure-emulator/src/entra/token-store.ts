import type { Cloud } from '../cloud.ts'

type TokenCheck = { state: 'valid'; caller: string } | { state: 'expired'; expiredAt: number } | { state: 'unknown' }

export interface TokenStore {
  issue(clientId: string, audience: string): { token: string; expiresInSeconds: number }
  check(token: string): TokenCheck
}

export function createTokenStore(cloud: Cloud): TokenStore {
  const { clock, newId } = cloud
  const issued = new Map<string, { caller: string; expiresAt: number }>()
  return {
    issue(clientId, audience) {
      const { tokenLifetimeSeconds, tenantId } = cloud.settings
      for (const [token, { expiresAt }] of issued) if (expiresAt + 3_600_000 < clock.now()) issued.delete(token)
      // Clients count the lifetime on their own clock.
      const expiresAt = clock.now() + tokenLifetimeSeconds * 1000 * (clock.speed ?? 1)
      const claims = { aud: audience, appid: clientId, oid: clientId, tid: tenantId, exp: Math.floor(expiresAt / 1000) }
      const token = [{ typ: 'JWT', alg: 'none' }, claims, newId()].map(encode).join('.')
      issued.set(token, { caller: clientId, expiresAt })
      return { token, expiresInSeconds: tokenLifetimeSeconds }
    },
    check(token) {
      if (cloud.settings.staticTokens.includes(token)) return { state: 'valid', caller: cloud.settings.clientId }
      const known = issued.get(token)
      if (!known) return { state: 'unknown' }
      if (known.expiresAt <= clock.now()) return { state: 'expired', expiredAt: known.expiresAt }
      return { state: 'valid', caller: known.caller }
    },
  }
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
