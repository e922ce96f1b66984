import { Agent } from 'node:https'
import type { ComputeManagementContext } from '@azure/arm-compute/api'
import type { ContainerServiceClient } from '@azure/arm-containerservice'
import type { HttpClient, Pipeline, PipelinePolicy } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { ArmRefusal } from './arm-failure.ts'
import { type ArmPolicyOptions, armPolicy } from './arm-policy.ts'

export interface AzureClientOptions extends ArmPolicyOptions {
  credential: TokenCredential
  subscriptionId: string
  scopes: string[]
  /** PEM of a certificate authority to trust beside the system's. */
  ca: string | undefined
  /** Carries the requests in place of the network. */
  httpClient?: HttpClient
}

/** Does some work with a client of the Azure SDK; once more when Azure refuses a token that it took before. */
type WithClient<C> = <T>(work: (client: C) => Promise<T>) => Promise<T>
export type WithAzureClient = WithClient<ContainerServiceClient>
export type WithComputeClient = WithClient<ComputeManagementContext>

/** Each costs a TLS handshake and its buffers; Azure's own limits let no more calls through than these carry. */
const SOCKETS = 16
/** Shorter than Azure's own, so that no call is sent into a connection that is being closed. */
const IDLE_MS = 60_000
const USER_AGENT = 'kaito-gpu-provisioner'

/** AKS. Opens the SDK at the first call: it is large, and a process that waits for leadership does not need it. */
export function azureClient(options: AzureClientOptions): WithAzureClient {
  return openedLate(async () => {
    const { ContainerServiceClient } = await import('@azure/arm-containerservice')
    const client = new ContainerServiceClient(options.credential, options.subscriptionId, clientOptions(options))
    guard(client.pipeline, options)
    return client
  })
}

/** Microsoft.Compute, without the client class of the SDK: that one loads every operation there is. */
export function computeClient(options: AzureClientOptions): WithComputeClient {
  return openedLate(async () => {
    const { createComputeManagement } = await import('@azure/arm-compute/api')
    const client = createComputeManagement(options.credential, options.subscriptionId, clientOptions(options))
    guard(client.pipeline, options)
    return client
  })
}

function openedLate<C>(open: () => Promise<C>): WithClient<C> {
  let opened: Promise<C> | undefined
  return async (work) => {
    const isNew = opened === undefined
    opened ??= open()
    const used = opened
    try {
      return await work(await used)
    } catch (error) {
      if (!isRefusedToken(error)) throw error
      // The SDK keeps a token until it should expire: one that Azure no longer takes is only left behind with its client.
      if (opened === used) opened = undefined
      if (isNew) throw error
    }
    opened ??= open()
    return await work(await opened)
  }
}

const isRefusedToken = (error: unknown) => error instanceof ArmRefusal && error.failure.status === 401

const clientOptions = ({ endpoint, scopes, ca, httpClient }: AzureClientOptions) => ({
  endpoint: endpoint.href,
  credentials: { scopes },
  retryOptions: { maxRetries: 0 },
  userAgentOptions: { userAgentPrefix: USER_AGENT },
  ...(ca !== undefined && { tlsOptions: { ca } }),
  ...(httpClient !== undefined && { httpClient }),
})

function guard(pipeline: Pipeline, options: AzureClientOptions): void {
  // A redirect would carry the token to another host.
  pipeline.removePolicy({ name: 'redirectPolicy' })
  pipeline.addPolicy(armPolicy(options), {
    beforePolicies: ['decompressResponsePolicy', 'bearerTokenAuthenticationPolicy'],
  })
  pipeline.addPolicy(fewSockets(options.ca), { afterPolicies: ['proxyPolicy'] })
}

/** A proxy from the environment brings an agent of its own, which stays. */
function fewSockets(ca: string | undefined): PipelinePolicy {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS, timeout: IDLE_MS, ...(ca !== undefined && { ca }) })
  return {
    name: 'kaitoFewSocketsPolicy',
    sendRequest(request, next) {
      request.agent ??= agent
      return next(request)
    },
  }
}
