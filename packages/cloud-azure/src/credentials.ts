import type { TokenCredential } from '@azure/identity'

export interface CredentialOptions {
  /** File with the service account token of workload identity; without it the developer's own log-in is used. */
  federatedTokenFile?: string
  tenantId?: string
  clientId?: string
  /** Microsoft Entra of another cloud than the public one. */
  authorityHost?: string
  /** PEM of a certificate authority to trust beside the system's. */
  ca?: string
}

/** Authorities that vouch for themselves; any other one (an emulator, Azure Stack) cannot be looked up there. */
const MICROSOFT_AUTHORITY = /(?:^|\.)(?:microsoftonline\.(?:com|us)|chinacloudapi\.cn|partner\.microsoftonline\.cn)$/

/**
 * The identity that calls Azure: workload identity in a cluster, otherwise what `DefaultAzureCredential` finds. Reads
 * nothing and connects nowhere before the first token is asked for; then a missing value rejects as the library says.
 */
export function createCredential(options: CredentialOptions): TokenCredential {
  return {
    // The caller keeps the token; the library's own cache would give the same one again after Azure has refused it.
    getToken: async (scopes, request) => (await openCredential(options)).getToken(scopes, request),
  }
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
