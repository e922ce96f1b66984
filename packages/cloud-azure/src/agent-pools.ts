import type { AgentPool, ManagedCluster } from '@azure/arm-containerservice'
import type { Call } from '@kaito/cloud-provider'
import { ArmRefusal } from './arm-failure.ts'
import type { WithAzureClient } from './azure-client.ts'
import { poolAbsence } from './error-map.ts'

interface ClusterAddress {
  resourceGroup: string
  clusterName: string
}

interface Write {
  /** Of the pool. */
  name: string
  /** Comes back in Azure's activity log, which people and Azure's support search by it. */
  correlationId: string
}

/** The agent pools of one cluster, request by request: no retries, no polling. Rejects with what the SDK rejects with. */
export interface AgentPools {
  /** Undefined only when Azure says that this pool, in a cluster that exists, is not there. */
  get(name: string, call: Call): Promise<AgentPool | undefined>
  list(call: Call): Promise<AgentPool[]>
  /** Resolves when the create is accepted; refused with 412 when a pool of that name exists. */
  create(write: Write & { body: AgentPool }, call: Call): Promise<void>
  /** Resolves when the change is accepted; refused with 412 when the pool changed since `etag` or is gone. */
  update(write: Write & { body: AgentPool; etag: string }, call: Call): Promise<void>
  /** Resolves when the deletion is accepted or there is nothing; refused with 412 when the pool changed since `etag`. */
  delete(write: Write & { etag: string | undefined }, call: Call): Promise<void>
  cluster(call: Call): Promise<ManagedCluster>
}

export function createAgentPools(
  { resourceGroup: group, clusterName }: ClusterAddress,
  use: WithAzureClient,
): AgentPools {
  const cluster = ({ signal }: Call) =>
    use(({ managedClusters }) => managedClusters.get(group, clusterName, { abortSignal: signal }))
  const provenAbsent = async (error: unknown, call: Call): Promise<undefined> => {
    const absence = error instanceof ArmRefusal ? poolAbsence(error.failure) : 'no'
    if (absence === 'no') throw error
    if (absence === 'ambiguous') await cluster(call)
  }

  const put = (
    { name, body, correlationId, ...condition }: Write & { body: AgentPool; ifMatch?: string; ifNoneMatch?: string },
    call: Call,
  ) =>
    use(({ agentPools }) =>
      accepted((onResponse) => {
        const options = { ...requested(correlationId, call), ...condition, onResponse }
        return agentPools.createOrUpdate(group, clusterName, name, body, options)
      }),
    )

  return {
    cluster,
    get: (name, call) =>
      use(({ agentPools }) => agentPools.get(group, clusterName, name, { abortSignal: call.signal })).catch(
        (error: unknown) => provenAbsent(error, call),
      ),
    // The SDK aborts the first page only.
    list: ({ signal }) =>
      use(({ agentPools }) => endedBy(signal, collected(agentPools.list(group, clusterName, { abortSignal: signal })))),
    create: (write, call) => put({ ...write, ifNoneMatch: '*' }, call),
    update: ({ etag, ...write }, call) => put({ ...write, ifMatch: etag }, call),
    delete: ({ name, etag, correlationId }, call) =>
      use(({ agentPools }) =>
        accepted((onResponse) => {
          const options = {
            ...requested(correlationId, call),
            onResponse,
            ...(etag !== undefined && { ifMatch: etag }),
          }
          // The claim's own drain has respected disruption budgets; a second wait for them would only bill.
          return agentPools.delete(group, clusterName, name, { ...options, ignorePodDisruptionBudget: true })
        }),
      ).catch((error: unknown) => provenAbsent(error, call)),
  }
}

const requested = (correlationId: string, { signal }: Call) => ({
  requestOptions: { headers: { 'x-ms-correlation-request-id': correlationId } },
  abortSignal: signal,
})

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
