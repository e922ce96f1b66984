import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import type { ArmOperationName } from './arm-operation.ts'
import type { ArmCall } from './arm-policy.ts'
import type { AzureClientOptions } from './azure-client.ts'
import type { CallBudget } from './call-budget.ts'
import type { CallLimits } from './call-limits.ts'
import { reportingCredential } from './credential-failure.ts'

export interface AzureCloudOptions {
  credential: TokenCredential
  subscriptionId: string
  resourceGroup: string
  clusterName: string
  /** Of the identity behind the credential, to be named where it lacks a right. */
  clientId?: string
  /** Azure's name of the cluster's region, such as `eastus`. */
  location: string
  /** Resource Manager of another cloud than the public one; https only. */
  endpoint?: string
  /** Token scopes; by default those of `endpoint` where it is one of Microsoft's. */
  scopes?: string[]
  /** PEM of a certificate authority to trust beside the system's. */
  ca?: string
  /** Carries the requests instead of the network. */
  httpClient?: HttpClient
  /** `off` sends every call and operation at once; by default Azure's documented limits hold. */
  limits?: CallLimits | 'off'
  clock: { now(): number; monotonic(): number; after(ms: number, callback: () => void): () => void }
  /** From 0 up to 1. */
  random: () => number
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
  /** A call to Azure has ended. */
  onRequest?: (call: ArmCall) => void
  /** Our own limits held a call back for so many milliseconds; what Azure refuses with 429 is in `onRequest`. */
  onThrottleWait?: (operation: ArmOperationName, ms: number) => void
  /** Is handed, once, what tells how many calls could be made now, by the limit that Azure counts them under. */
  onCallsLeft?: (read: () => Record<string, number>) => void
}

const PUBLIC_ENDPOINT = 'https://management.azure.com'
/** Clouds whose token scope is their own endpoint; any other host is a stand-in for the public one. */
const SOVEREIGN = new Set(['management.usgovcloudapi.net', 'management.chinacloudapi.cn'])
/** What the clients of the Azure SDK are opened with. Throws for an endpoint that would get the token in the clear. */
export function azureAccess(options: AzureCloudOptions, budget: CallBudget): AzureClientOptions {
  const endpoint = new URL(options.endpoint ?? PUBLIC_ENDPOINT)
  if (endpoint.protocol !== 'https:') throw new Error(`endpoint ${endpoint.href} must be https: it is sent a token`)
  const scopeHost = SOVEREIGN.has(endpoint.hostname) ? endpoint.origin : PUBLIC_ENDPOINT
  return {
    ...options,
    credential: reportingCredential(options.credential),
    endpoint,
    ca: options.ca,
    scopes: options.scopes ?? [`${scopeHost}/.default`],
    budget,
    onRequest: options.onRequest ?? (() => undefined),
  }
}
