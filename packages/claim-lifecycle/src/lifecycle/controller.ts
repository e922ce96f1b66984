import { CLAIM_UID_LABEL } from '@kaito/api'
import {
  type Change,
  type Controller,
  createController,
  type IndexFunctions,
  type KubernetesObject,
  keyOf,
  type Logger,
  type Metrics,
  type Node,
  type Watch,
  watching,
} from '@kaito/controller-kit'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import type { DeletionGuard } from '../garbage-collection/deletion-guard.ts'
import { createAbsenceProofs } from '../instances/absence-proofs.ts'
import type { Dependencies } from './dependencies.ts'
import { createLifecycleReconciler } from './reconciler.ts'

/** Index functions the cache of claims must have. */
export function claimIndexes<T extends KubernetesObject>({ read }: ClaimAdapter<T>): IndexFunctions<T> {
  return {
    uid: (object) => [object.metadata.uid ?? []].flat(),
    providerID: (object) => [read(object).providerID ?? []].flat(),
  }
}

interface Options<T extends KubernetesObject> extends Omit<Dependencies<T>, 'absences' | 'mayEnd'> {
  guard: Pick<DeletionGuard, 'allows'>
  random: () => number
  log: Logger
  metrics: Metrics
}

/** Passes at a time. Each waits for the API server or the cloud most of its time. */
const CONCURRENCY = 64

/** Runs a pass for a claim whenever it, one of its Nodes or its instance changes. */
export function createLifecycleController<T extends KubernetesObject>(options: Options<T>): Controller {
  const { claims, nodes, instances, adapter, guard } = options
  const absences = createAbsenceProofs(options.clock)
  instances.onEnded(absences.noteEnded)
  const instanceWatch: Watch = {
    // The cloud may be away for long; what can be done without it is done meanwhile.
    untilSynced: () => Promise.resolve(),
    subscribe: (enqueue) =>
      instances.onChange((names) => (names === 'all' ? claims.list().map(keyOf) : names).forEach(enqueue)),
  }
  return createController({
    ...options,
    name: `${adapter.resource.kind.toLowerCase()}-lifecycle`,
    reconcile: createLifecycleReconciler({ ...options, absences, mayEnd: guard.allows }),
    concurrency: CONCURRENCY,
    watches: [
      watching(claims, ({ object }) => [keyOf(object)]),
      watching(nodes, (change) => claimsOf(options, change)),
      instanceWatch,
    ],
  })
}

function claimsOf<T extends KubernetesObject>({ claims }: Options<T>, { object }: Change<Node>): string[] {
  const byLabel = claims.byIndex('uid', object.metadata.labels?.[CLAIM_UID_LABEL] ?? '')
  const byProviderID = claims.byIndex('providerID', object.spec?.providerID ?? '')
  return [...new Set([...byLabel, ...byProviderID].map(keyOf))]
}
