import { TERMINATION_TIMESTAMP_ANNOTATION, timestamp } from '@kaito/api'
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
import type { ServedKind } from '../claim/served-kind.ts'

/** The claims of one kind, for whoever looks after their nodes. */
export interface ClaimHealth extends Pick<ServedKind, 'owner' | 'cached' | 'get'> {
  /** Writes the condition. Refused (409) when the claim has changed since it was cached. */
  write(name: string, nodeHealthy: StepReport, signal: AbortSignal): Promise<void>
  /** Deletes the claim, and its pods get no more time where the kind has a word for that. */
  end(claim: Claim, signal: AbortSignal): Promise<void>
}

interface Options<T extends KubernetesObject> {
  adapter: ClaimAdapter<T>
  client: KubeClient
  claims: Cache<T>
  kind: ServedKind
  clock: Clock
}

/** One kind of claim that is served. */
export function createClaimHealth<T extends KubernetesObject>(options: Options<T>): ClaimHealth {
  const { adapter, client, claims, kind, clock } = options
  const { resource } = adapter
  const nowIso = () => timestamp(clock.now())
  return {
    owner: kind.owner,
    cached: kind.cached,
    get: kind.get,
    async write(name, nodeHealthy, signal) {
      const current = claims.get(name)
      if (!current) return
      const status = adapter.status(current, { nodeHealthy }, nowIso())
      claims.observe(await writeStatus({ client, resource, current, status, signal }))
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
