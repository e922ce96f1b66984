import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import { CONFIG_MAPS, type ConfigMap, isAlreadyExists, type KubeClient } from '@kaito/controller-kit'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import type { TellEvent } from '../lifecycle/dependencies.ts'
import type { Candidate } from './plan.ts'
import { reportName } from './report-name.ts'

/** Stops a pass that would delete suspiciously much, until somebody approves the very number. */
export interface Breaker {
  /** Whether all of these may go. Opens when there are too many and nobody has approved them. */
  allows(candidates: readonly Candidate[], limit: number, signal: AbortSignal): Promise<boolean>
  /** Whether deletions wait for somebody's word, as far as this process knows. */
  isOpen(): boolean
  /** How many do; 0 while it is closed. */
  heldDeletions(): number
}

interface BreakerOptions {
  client: KubeClient
  namespace: string
  provisioner: ProvisionerIdentity
  tell: TellEvent
}

/**
 * While it is open, a ConfigMap in `namespace` names what waits; its annotation is where people approve. An approval
 * counts for what the ConfigMap names at that time: other candidates, even as many, need another.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { client, namespace, provisioner, tell } = options
  const name = reportName(provisioner)
  const key = { namespace, name }
  let held = 0
  let hasLooked = false

  async function open(candidates: readonly Candidate[], signal: AbortSignal): Promise<void> {
    const message =
      `${candidates.length} ${suspicion(candidates)}, too many to delete without a word. To approve: ` +
      `kubectl -n ${namespace} annotate --overwrite configmap ${name} ${APPROVED_DELETIONS_ANNOTATION}=${candidates.length}`
    const stored = await storedAs({ message, candidates: listing(candidates) }, signal)
    tell(stored, { type: 'Warning', reason: 'DeletionsHeld', message })
  }

  async function storedAs(data: Record<string, string>, signal: AbortSignal): Promise<ConfigMap> {
    try {
      const report = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data }
      return await client.create(CONFIG_MAPS, report, { signal })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      const metadata = { annotations: { [APPROVED_DELETIONS_ANNOTATION]: null } }
      return client.mergePatch(CONFIG_MAPS, key, { metadata, data }, { signal })
    }
  }

  /** An approval is for one pass: the next flood needs a new one. */
  async function close(current: ConfigMap | undefined, signal: AbortSignal): Promise<true> {
    const { uid = '' } = current?.metadata ?? {}
    if (current) await client.delete(CONFIG_MAPS, key, { preconditions: { uid }, signal })
    held = 0
    return true
  }

  return {
    isOpen: () => held > 0,
    heldDeletions: () => held,
    async allows(candidates, limit, signal) {
      const isFew = candidates.length <= limit
      if (isFew && held === 0 && hasLooked) return true
      const current = await client.get(CONFIG_MAPS, key, { signal })
      hasLooked = true
      if (isFew) return close(current, signal)
      held = candidates.length
      const isReported = current?.data?.candidates === listing(candidates)
      const approved = current?.metadata.annotations?.[APPROVED_DELETIONS_ANNOTATION]
      if (isReported && approved === String(candidates.length)) return close(current, signal)
      if (!isReported) await open(candidates, signal)
      return false
    },
  }
}

function suspicion(candidates: readonly Candidate[]): string {
  const ofDefinition = candidates.filter(({ kind }) => kind === 'definitionDeleted').length
  if (ofDefinition === 0) return 'instances or claims look left over'
  return `instances or claims would go, ${ofDefinition} of them because the definition of their kind was deleted`
}

function listing(candidates: readonly Candidate[]): string {
  const lines = candidates.map(({ kind, name, claimKind }) => [kind, claimKind ?? [], name].flat().join(' '))
  return lines.sort().join('\n')
}
