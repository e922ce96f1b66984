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
import { instanceName } from '../claim/instance-name.ts'
import type { DeletionGuard } from '../garbage-collection/deletion-guard.ts'
import { recordedChoices } from '../launch/launch-record.ts'
import { remembered } from '../remembered.ts'
import { createReminders } from '../termination/reminders.ts'
import { createTerminationRequests } from '../termination/requests.ts'
import type { Dependencies } from './dependencies.ts'
import { createLifecycleReconciler } from './reconciler.ts'

/** Index functions the cache of claims must have. */
export function claimIndexes<T extends KubernetesObject>(adapter: ClaimAdapter<T>): IndexFunctions<T> {
  const read = remembered(adapter.read)
  return {
    uid: (object) => [object.metadata.uid ?? []].flat(),
    providerID: (object) => [read(object).providerID ?? []].flat(),
    instanceName: ({ metadata: { name, uid = '' } }) => [instanceName({ name, uid })],
    className: (object) => [read(object).className ?? []].flat(),
  }
}

/** What a lifecycle controller needs from the process around it. */
export interface LifecycleOptions<T extends KubernetesObject>
  extends Omit<Dependencies<T>, 'mayEnd' | 'terminations' | 'reminders'> {
  guard: Pick<DeletionGuard, 'allows'>
  log: Logger
  metrics: Metrics
}

/** Passes at a time. Each waits for the API server or the cloud most of its time. */
const CONCURRENCY = 64

/** Runs a pass for a claim whenever it, one of its Nodes or its instance changes. */
export function createLifecycleController<T extends KubernetesObject>(options: LifecycleOptions<T>): Controller {
  const { claims, nodes, instances, adapter, guard } = options
  restoreRefusals(options)
  const instanceWatch: Watch = {
    // The cloud may be away for long; what can be done without it is done meanwhile.
    untilSynced: () => Promise.resolve(),
    subscribe: (enqueue) =>
      instances.onChange((names) => {
        const changed = names === 'all' ? claims.list() : names.flatMap((name) => claims.byIndex('instanceName', name))
        for (const claim of changed) enqueue(keyOf(claim))
      }),
  }
  return createController({
    ...options,
    name: `${adapter.resource.kind.toLowerCase()}-lifecycle`,
    reconcile: createLifecycleReconciler({
      ...options,
      terminations: createTerminationRequests(options.clock),
      reminders: createReminders(options.clock),
      mayEnd: guard.allows,
    }),
    concurrency: CONCURRENCY,
    watches: [
      watching(claims, ({ object }) => (adapter.isOurs(object) ? [keyOf(object)] : [])),
      watching(nodes, (change) => claimsOf(options, change)),
      instanceWatch,
      classWatch(options),
    ],
  })
}

/** Claims that name a class are looked at when it appears, changes or goes; claims that name none do not wait for any. */
function classWatch<T extends KubernetesObject>({ claims, classes }: LifecycleOptions<T>): Watch {
  return {
    untilSynced: () => Promise.resolve(),
    subscribe: (enqueue) => classes.onChange((name) => claims.byIndex('className', name).map(keyOf).forEach(enqueue)),
  }
}

/** What an earlier process was refused stands on its claims. */
function restoreRefusals<T extends KubernetesObject>({ claims, choiceRefusals }: LifecycleOptions<T>): void {
  claims.onChange(({ type, object }) => {
    const { annotations = {} } = object.metadata
    if (type === 'added') choiceRefusals.restore(recordedChoices({ annotations }))
  })
}

function claimsOf<T extends KubernetesObject>({ claims }: LifecycleOptions<T>, { object }: Change<Node>): string[] {
  const byLabel = claims.byIndex('uid', object.metadata.labels?.[CLAIM_UID_LABEL] ?? '')
  const byProviderID = claims.byIndex('providerID', object.spec?.providerID ?? '')
  return [...new Set([...byLabel, ...byProviderID].map(keyOf))]
}
