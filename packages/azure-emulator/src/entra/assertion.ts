import { z } from 'zod'
import type { Settings } from '../settings.ts'

const claimsSchema = z.object({
  aud: z.union([z.string(), z.array(z.string())]),
  iss: z.string().optional(),
  sub: z.string().optional(),
  exp: z.number().optional(),
})

const AUDIENCE = 'api://AzureADTokenExchange'

/** Why Entra ID would not exchange a token, with its error number; the signature is not verified. */
export interface Refusal {
  error: 'invalid_client' | 'invalid_request' | 'unauthorized_client' | 'invalid_scope' | 'unsupported_grant_type'
  number: number
  message: string
}

export function checkAssertion(assertion: string, settings: Settings, nowMs: number): Refusal | undefined {
  const claims = decodeClaims(assertion)
  if (!claims) return { error: 'invalid_request', number: 50027, message: 'JWT token is invalid or malformed.' }
  if (![claims.aud].flat().includes(AUDIENCE))
    return {
      error: 'invalid_client',
      number: 700212,
      message: `No matching federated identity record found for presented assertion audience '${[claims.aud].flat().join(',')}'.`,
    }
  if (claims.exp !== undefined && claims.exp * 1000 <= nowMs)
    return {
      error: 'invalid_client',
      number: 700024,
      message: `Client assertion is not within its valid time range. Current time: ${new Date(nowMs).toISOString()}, assertion expires at: ${new Date(claims.exp * 1000).toISOString()}.`,
    }
  const { federatedSubject: subject, federatedIssuer: issuer } = settings
  if (subject !== undefined && subject !== claims.sub)
    return { error: 'invalid_client', number: 700213, message: noRecord('subject', claims.sub) }
  if (issuer !== undefined && issuer !== claims.iss)
    return { error: 'invalid_client', number: 700211, message: noRecord('issuer', claims.iss) }
  return undefined
}

function noRecord(claim: string, value: string | undefined): string {
  return `No matching federated identity record found for presented assertion ${claim} '${value ?? ''}'.`
}

function decodeClaims(assertion: string): z.infer<typeof claimsSchema> | undefined {
  const parts = assertion.trim().split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined) return undefined
  const decoded = parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
  return claimsSchema.safeParse(decoded).data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
