import { Agent } from 'node:https'
import type { ContainerServiceClient } from '@azure/arm-containerservice'
import type { PipelinePolicy } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { ArmRefusal } from './arm-failure.ts'
import { type ArmPolicyOptions, armPolicy } from './arm-policy.ts'

interface AzureClientOptions extends ArmPolicyOptions {
  credential: TokenCredential
  subscriptionId: string
  scopes: string[]
  /** PEM of a certificate authority to trust beside the system's. */
  ca: string | undefined
}

/** Does some work with the client of the Azure SDK; once more when Azure refuses a token that it took before. */
export type WithAzureClient = <T>(work: (client: ContainerServiceClient) => Promise<T>) => Promise<T>

/** Each costs a TLS handshake and its buffers; Azure's own limits let no more calls through than these carry. */
const SOCKETS = 16
/** Shorter than Azure's own, so that no call is sent into a connection that is being closed. */
const IDLE_MS = 60_000
const USER_AGENT = 'kaito-gpu-provisioner'

/** Opens the SDK at the first call: it is large, and a process that waits for leadership does not need it. */
export function azureClient(options: AzureClientOptions): WithAzureClient {
  let opened: Promise<ContainerServiceClient> | undefined
  return async (work) => {
    const isNew = opened === undefined
    opened ??= openClient(options)
    const used = opened
    try {
      return await work(await used)
    } catch (error) {
      if (!isRefusedToken(error)) throw error
      // The SDK keeps a token until it should expire: one that Azure no longer takes is only left behind with its client.
      if (opened === used) opened = undefined
      if (isNew) throw error
    }
    opened ??= openClient(options)
    return await work(await opened)
  }
}

const isRefusedToken = (error: unknown) => error instanceof ArmRefusal && error.failure.status === 401

async function openClient(options: AzureClientOptions): Promise<ContainerServiceClient> {
  const { ContainerServiceClient } = await import('@azure/arm-containerservice')
  const { credential, subscriptionId, endpoint, scopes, ca } = options
  const client = new ContainerServiceClient(credential, subscriptionId, {
    endpoint: endpoint.href,
    credentials: { scopes },
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: USER_AGENT },
    ...(ca !== undefined && { tlsOptions: { ca } }),
  })
  // A redirect would carry the token to another host.
  client.pipeline.removePolicy({ name: 'redirectPolicy' })
  client.pipeline.addPolicy(armPolicy(options), {
    beforePolicies: ['decompressResponsePolicy', 'bearerTokenAuthenticationPolicy'],
  })
  client.pipeline.addPolicy(fewSockets(ca), { afterPolicies: ['proxyPolicy'] })
  return client
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
