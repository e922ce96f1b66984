import {
  generateKeyPairSync,
  type JsonWebKey,
  type KeyPairKeyObjectResult,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import type { KubeObject, ObjectRef } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, isJsonObject, stringAt } from '../json.ts'
import type { UserInfo } from '../kind-definition.ts'

const KEY_ID = 'local-cluster'

interface IssuedToken {
  token: string
  expirationSeconds: number
  /** RFC 3339. */
  expirationTimestamp: string
}

/** Signed JWTs of ServiceAccounts, as the real server's TokenRequest issues them. */
export interface ServiceAccountTokens {
  issue(account: KubeObject, options: { audiences: string[]; expirationSeconds: number }): IssuedToken
  /** The user of a token for this server; undefined when it is not valid (any more). */
  authenticate(token: string): UserInfo | undefined
  /** Body of `/openid/v1/jwks`. */
  keys(): { keys: JsonWebKey[] }
}

export function createServiceAccountTokens(options: {
  issuer: string
  clock: ClusterClock
  serviceAccount(ref: ObjectRef): KubeObject | undefined
}): ServiceAccountTokens {
  const { issuer, clock, serviceAccount } = options
  let pair: KeyPairKeyObjectResult | undefined
  // Made when first needed: it takes longer than the rest of the start.
  const keyPair = (): KeyPairKeyObjectResult => {
    pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return pair
  }
  return {
    issue({ metadata }, { audiences, expirationSeconds }) {
      const issuedAt = Math.floor(clock.now() / 1000)
      const account = { name: metadata.name, uid: metadata.uid }
      const claims = {
        aud: audiences.length === 0 ? [issuer] : audiences,
        exp: issuedAt + expirationSeconds,
        iat: issuedAt,
        iss: issuer,
        jti: randomUUID(),
        'kubernetes.io': { namespace: metadata.namespace, serviceaccount: account },
        nbf: issuedAt,
        sub: `system:serviceaccount:${metadata.namespace}:${metadata.name}`,
      }
      const text = [{ alg: 'RS256', kid: KEY_ID }, claims].map(encoded).join('.')
      const signature = sign('RSA-SHA256', Buffer.from(text), keyPair().privateKey).toString('base64url')
      const expirationTimestamp = timestamp(claims.exp * 1000)
      return { token: `${text}.${signature}`, expirationSeconds, expirationTimestamp }
    },
    authenticate(token) {
      const [head = '', body = '', signature = ''] = token.split('.')
      if (pair === undefined || signature === '') return undefined
      if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), pair.publicKey, Buffer.from(signature, 'base64url')))
        return undefined
      const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString())
      return isCurrent(claims, issuer, clock) ? userOf(claims, serviceAccount) : undefined
    },
    keys: () => ({
      keys: [{ ...keyPair().publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: KEY_ID }],
    }),
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function isCurrent(claims: unknown, issuer: string, clock: ClusterClock): boolean {
  if (!isJsonObject(claims) || !Array.isArray(claims.aud) || typeof claims.exp !== 'number') return false
  return claims.aud.includes(issuer) && claims.exp * 1000 > clock.now()
}

function userOf(claims: unknown, serviceAccount: (ref: ObjectRef) => KubeObject | undefined): UserInfo | undefined {
  const { namespace } = fieldsAt(claims, 'kubernetes.io')
  const name = stringAt(claims, 'kubernetes.io', 'serviceaccount', 'name')
  const uid = stringAt(claims, 'kubernetes.io', 'serviceaccount', 'uid')
  if (typeof namespace !== 'string' || name === '' || uid === '') return undefined
  if (serviceAccount({ namespace, name })?.metadata.uid !== uid) return undefined
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return { username: `system:serviceaccount:${namespace}:${name}`, uid, groups }
}
