import { TERMINATION_TIMESTAMP_ANNOTATION } from '@kaito/api'
import {
  type Cache,
  type Clock,
  isNotFound,
  type KubeClient,
  type KubernetesObject,
  writeStatus,
} from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ClaimAdapter, StepReport } from '../claim/claim-adapter.ts'

/** The claims of one kind, for whoever looks after their nodes. */
export interface ClaimHealth {
  readonly owner: { apiVersion: string; kind: string }
  /** From the cache; only those that this backend serves. */
  cached(): Claim[]
  /** Writes the condition. Refused (409) when the claim has changed since it was cached. */
  write(name: string, nodeHealthy: StepReport, signal: AbortSignal): Promise<void>
  /** From the server itself. */
  get(name: string, signal: AbortSignal): Promise<Claim | undefined>
  /** Deletes the claim, and its pods get no more time where the kind has a word for that. */
  end(claim: Claim, signal: AbortSignal): Promise<void>
}

interface Options<T extends KubernetesObject> {
  adapter: ClaimAdapter<T>
  client: KubeClient
  claims: Cache<T>
  clock: Clock
}

/** One kind of claim that is served. */
export function createClaimHealth<T extends KubernetesObject>(options: Options<T>): ClaimHealth {
  const { adapter, client, claims, clock } = options
  const { resource } = adapter
  const nowIso = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`
  return {
    owner: { apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind },
    cached: () => claims.list().filter(adapter.isOurs).map(adapter.read),
    async write(name, nodeHealthy, signal) {
      const current = claims.get(name)
      if (!current) return
      const status = adapter.status(current, { nodeHealthy }, nowIso())
      claims.observe(await writeStatus({ client, resource, current, status, signal }))
    },
    async get(name, signal) {
      const stored = await client.get(resource, { name }, { signal })
      return stored && adapter.isOurs(stored) ? adapter.read(stored) : undefined
    },
    async end({ name, uid }, signal) {
      await client.delete(resource, { name }, { preconditions: { uid }, signal })
      // Afterwards: a claim that is not deleted must not carry a time that has passed.
      if (adapter.closing.staged) await endPodsNow(options, name, { at: nowIso(), signal })
    },
  }
}

async function endPodsNow<T extends KubernetesObject>(
  { adapter, client }: Options<T>,
  name: string,
  { at, signal }: { at: string; signal: AbortSignal },
): Promise<void> {
  const annotations = { [TERMINATION_TIMESTAMP_ANNOTATION]: at }
  try {
    await client.mergePatch(adapter.resource, { name }, { metadata: { annotations } }, { signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
