import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import { CONFIG_MAPS, type ConfigMap, isAlreadyExists, type KubeClient } from '@kaito/controller-kit'
import type { TellEvent } from '../lifecycle/dependencies.ts'
import type { Candidate } from './plan.ts'

const NAME = 'gpu-provisioner-deletions'

/** Stops a pass that would delete suspiciously much, until somebody approves the very number. */
export interface Breaker {
  /** Whether all of these may go. Opens when there are too many and nobody has approved them. */
  allows(candidates: readonly Candidate[], limit: number, signal: AbortSignal): Promise<boolean>
}

/** While it is open, a ConfigMap in `namespace` names what waits; its annotation is where people approve. */
export function createBreaker(options: { client: KubeClient; namespace: string; tell: TellEvent }): Breaker {
  const { client, namespace, tell } = options
  const key = { namespace, name: NAME }
  let openFor = 0

  async function open(candidates: readonly Candidate[], signal: AbortSignal): Promise<void> {
    const message =
      `${candidates.length} instances or claims look left over, too many to delete without a word. To approve: ` +
      `kubectl -n ${namespace} annotate --overwrite configmap ${NAME} ${APPROVED_DELETIONS_ANNOTATION}=${candidates.length}`
    const data = { message, candidates: candidates.map(({ kind, name }) => `${kind} ${name}`).join('\n') }
    const stored = await storedAs({ metadata: key, data }, signal)
    if (openFor !== candidates.length) tell(stored, { type: 'Warning', reason: 'DeletionsHeld', message })
    openFor = candidates.length
  }

  async function storedAs(report: ConfigMap, signal: AbortSignal): Promise<ConfigMap> {
    try {
      return await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', ...report }, { signal })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      return client.mergePatch(CONFIG_MAPS, key, { data: report.data }, { signal })
    }
  }

  /** An approval is for one pass: the next flood needs a new one. */
  async function close({ metadata: { uid = '' } }: ConfigMap, signal: AbortSignal): Promise<void> {
    await client.delete(CONFIG_MAPS, key, { preconditions: { uid }, signal })
    openFor = 0
  }

  return {
    async allows(candidates, limit, signal) {
      const isFew = candidates.length <= limit
      if (isFew && openFor === 0) return true
      const current = await client.get(CONFIG_MAPS, key, { signal })
      const approved = current?.metadata.annotations?.[APPROVED_DELETIONS_ANNOTATION]
      if (isFew || approved === String(candidates.length)) {
        if (current) await close(current, signal)
        return true
      }
      if (openFor !== candidates.length || !current) await open(candidates, signal)
      return false
    },
  }
}
