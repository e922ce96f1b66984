import type { AgentPool, ContainerServiceClient, ManagedCluster } from '@azure/arm-containerservice'
import type { TokenCredential } from '@azure/identity'
import type { Call } from '@kaito/cloud-provider'
import { ArmRefusal } from './arm-failure.ts'
import { type ArmPolicyOptions, armPolicy } from './arm-policy.ts'
import { poolAbsence } from './error-map.ts'

export interface AgentPoolsOptions extends ArmPolicyOptions {
  credential: TokenCredential
  subscriptionId: string
  resourceGroup: string
  clusterName: string
  scopes: string[]
  /** PEM of a certificate authority to trust beside the system's. */
  ca: string | undefined
}

/** The agent pools of one cluster, request by request: no retries, no polling. Rejects with what the SDK rejects with. */
export interface AgentPools {
  /** Undefined only when Azure says that this pool, in a cluster that exists, is not there. */
  get(name: string, call: Call): Promise<AgentPool | undefined>
  list(call: Call): Promise<AgentPool[]>
  /** Resolves when the create is accepted; refused with 412 when a pool of that name exists. */
  create(name: string, body: AgentPool, call: Call): Promise<void>
  /** Resolves when the deletion is accepted or there is nothing; refused with 412 when the pool has changed since `etag`. */
  delete(name: string, etag: string | undefined, call: Call): Promise<void>
  cluster(call: Call): Promise<ManagedCluster>
}

const USER_AGENT = 'kaito-gpu-provisioner'

/** Opens the SDK at the first call: it is large, and a process that waits for leadership does not need it. */
export function createAgentPools(options: AgentPoolsOptions): AgentPools {
  const { resourceGroup: group, clusterName: cluster } = options
  let opened: Promise<ContainerServiceClient> | undefined
  const client = () => (opened ??= openClient(options))
  const readCluster = async ({ signal }: Call) =>
    (await client()).managedClusters.get(group, cluster, { abortSignal: signal })
  const provenAbsent = async (error: unknown, call: Call): Promise<undefined> => {
    const absence = error instanceof ArmRefusal ? poolAbsence(error.failure) : 'no'
    if (absence === 'no') throw error
    if (absence === 'ambiguous') await readCluster(call)
  }

  return {
    cluster: readCluster,
    async get(name, call) {
      const { agentPools } = await client()
      return await agentPools
        .get(group, cluster, name, { abortSignal: call.signal })
        .catch((error: unknown) => provenAbsent(error, call))
    },
    async list({ signal }) {
      const { agentPools } = await client()
      // The SDK aborts the first page only.
      return await endedBy(signal, collected(agentPools.list(group, cluster, { abortSignal: signal })))
    },
    async create(name, body, { signal }) {
      const { agentPools } = await client()
      await accepted((onResponse) =>
        agentPools.createOrUpdate(group, cluster, name, body, { ifNoneMatch: '*', abortSignal: signal, onResponse }),
      )
    },
    async delete(name, etag, call) {
      const { agentPools } = await client()
      await accepted((onResponse) =>
        agentPools.delete(group, cluster, name, {
          // The claim's own drain has respected disruption budgets; a second wait for them would only bill.
          ignorePodDisruptionBudget: true,
          abortSignal: call.signal,
          onResponse,
          ...(etag !== undefined && { ifMatch: etag }),
        }),
      ).catch((error: unknown) => provenAbsent(error, call))
    },
  }
}

/**
 * Sends the request of a long-running operation and nothing more. The poller is a thenable: awaiting it, or returning
 * it from an async function, would wait for the end of the operation.
 */
async function accepted(
  start: (onResponse: (response: { status: number }) => void) => { submitted(): Promise<void> },
): Promise<void> {
  let status = 0
  const poller = start((response) => {
    status = response.status
  })
  try {
    await poller.submitted()
  } catch (error) {
    // The SDK also fails when an accepted operation has ended already; its outcome is read from the pool.
    if (status < 200 || status > 299) throw error
  }
}

async function openClient(options: AgentPoolsOptions): Promise<ContainerServiceClient> {
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
  return client
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function endedBy<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
