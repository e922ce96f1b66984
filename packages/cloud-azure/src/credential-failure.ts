import type { TokenCredential } from '@azure/identity'
import { CloudError } from '@kaito/cloud-provider'
import { printable } from './printable.ts'
import { remedyOf } from './remedy.ts'

/** Who asks for a token, as it is set. */
export interface Identity {
  /** File with the service account token of workload identity; without it the developer's own log-in is used. */
  federatedTokenFile?: string
  tenantId?: string
  clientId?: string
  /** Microsoft Entra of another cloud than the public one. */
  authorityHost?: string
  /** The account of the Pod around this process; then workload identity is the only identity. */
  serviceAccount?: { namespace: string; name: string }
}

const AUDIENCE = 'api://AzureADTokenExchange'
/** What Entra adds to an answer differs each time and would make one cause look like many. */
const ENTRA_WORDS = /AADSTS\d+:.*?(?=\s*(?:Trace ID:|- Correlation ID:|$))/s
const FILE_FAULTS = new Set(['ENOENT', 'EACCES', 'EISDIR'])

/** The same credential, failing with this seam's errors: whatever the library throws, no token came. */
export function reportingCredential(credential: TokenCredential, identity: Identity = {}): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await credential.getToken(scopes, options)
      } catch (error) {
        if (options?.abortSignal?.aborted || error instanceof CloudError) throw error
        throw isOutage(error) ? outage(error, identity) : refusal(error, identity)
      }
    },
  }
}

/** Why a Pod has no identity at all; undefined for one that has, and outside of Pods. */
export function missingIdentity(identity: Identity): CloudError | undefined {
  const { serviceAccount, federatedTokenFile, clientId, tenantId } = identity
  if (!serviceAccount) return undefined
  const needed = {
    AZURE_FEDERATED_TOKEN_FILE: federatedTokenFile,
    AZURE_CLIENT_ID: clientId,
    AZURE_TENANT_ID: tenantId,
  }
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (missing.length === 0) return undefined
  const message = `this Pod has no workload identity: ${missing.join(', ')} not set`
  return new CloudError('Unauthorized', message, { remedy: webhookRemedy(identity) })
}

function outage(error: unknown, { authorityHost, tenantId }: Identity): CloudError {
  const words = printable(messageOf(error))
  // The library says no more than that when a host, a certificate or the tenant is wrong.
  if (authorityHost === undefined || !words.startsWith('endpoints_resolution_error')) {
    return new CloudError('CloudUnreachable', words, { ...remedyOf('CloudUnreachable'), cause: error })
  }
  const message = `Microsoft Entra at ${authorityHost} does not answer for tenant ${tenantId}`
  const remedy = 'Check the network path, AZURE_AUTHORITY_HOST, AZURE_TENANT_ID and the certificate authority.'
  return new CloudError('CloudUnreachable', message, { remedy, cause: error })
}

function refusal(error: unknown, identity: Identity): CloudError {
  const words = messageOf(error)
  const message = printable(ENTRA_WORDS.exec(words)?.[0] ?? words)
  return new CloudError('Unauthorized', message, { remedy: refusalRemedy(error, identity), cause: error })
}

function refusalRemedy(error: unknown, identity: Identity): string {
  const { federatedTokenFile, clientId, tenantId, serviceAccount } = identity
  if (federatedTokenFile === undefined) return 'Log in (az login), or run in a Pod with workload identity.'
  if (isFileFault(error)) return webhookRemedy(identity)
  const { namespace, name } = serviceAccount ?? { namespace: '<namespace>', name: '<ServiceAccount>' }
  return `Give the identity ${clientId} of tenant ${tenantId} a federated credential with the cluster's OIDC issuer, subject system:serviceaccount:${namespace}:${name} and audience ${AUDIENCE}, and check both ids.`
}

function webhookRemedy({ serviceAccount }: Identity): string {
  const account = serviceAccount ? ` ${serviceAccount.namespace}/${serviceAccount.name}` : ''
  return `Label the Pod azure.workload.identity/use: "true", annotate its ServiceAccount${account} with azure.workload.identity/client-id and azure.workload.identity/tenant-id, see that the cluster runs the workload identity webhook (az aks update --enable-oidc-issuer --enable-workload-identity), and restart the Pod.`
}

/** Microsoft Entra out of reach or in trouble. The library keeps its code for the former at the head of the message. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode >= 500 || error.statusCode === 429
  }
  return error.name === 'RestError' || /\b(?:network_error|endpoints_resolution_error)\b/.test(error.message)
}

function isFileFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isOne = 'code' in error && typeof error.code === 'string' && FILE_FAULTS.has(error.code)
  return isOne || isFileFault(error.cause)
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
