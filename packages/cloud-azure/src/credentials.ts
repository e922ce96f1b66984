import type { TokenCredential } from '@azure/identity'
import { type Identity, missingIdentity, reportingCredential } from './credential-failure.ts'

export interface CredentialOptions extends Identity {
  /** PEM of a certificate authority to trust beside the system's. */
  ca?: string
}

/** Authorities that vouch for themselves; any other one (an emulator, Azure Stack) cannot be looked up there. */
const MICROSOFT_AUTHORITY = /(?:^|\.)(?:microsoftonline\.(?:com|us)|chinacloudapi\.cn|partner\.microsoftonline\.cn)$/

/**
 * The identity that calls Azure: workload identity in a cluster, otherwise what `DefaultAzureCredential` finds. Reads
 * nothing and connects nowhere before the first token is asked for; then it rejects with `CloudError`, which says what
 * is missing.
 */
export function createCredential(options: CredentialOptions): TokenCredential {
  const credential: TokenCredential = {
    // The caller keeps the token; the library's own cache would give the same one again after Azure has refused it.
    async getToken(scopes, request) {
      const missing = missingIdentity(options)
      if (missing) throw missing
      return (await openCredential(options)).getToken(scopes, request)
    },
  }
  return reportingCredential(credential, options)
}

async function openCredential(options: CredentialOptions): Promise<TokenCredential> {
  const { federatedTokenFile, tenantId, clientId, authorityHost, ca } = options
  const identity = await import('@azure/identity')
  const shared = {
    // The caller comes back by itself; a retry in here would only hold its worker.
    retryOptions: { maxRetries: 0 },
    ...(authorityHost !== undefined && { authorityHost }),
    ...(tenantId !== undefined && { tenantId }),
    ...(ca !== undefined && { tlsOptions: { ca } }),
  }
  if (federatedTokenFile === undefined) return new identity.DefaultAzureCredential(shared)
  return new identity.WorkloadIdentityCredential({
    ...shared,
    tokenFilePath: federatedTokenFile,
    ...(clientId !== undefined && { clientId }),
    disableInstanceDiscovery: authorityHost !== undefined && !isMicrosoft(authorityHost),
  })
}

const isMicrosoft = (authorityHost: string) => MICROSOFT_AUTHORITY.test(new URL(authorityHost).hostname)
