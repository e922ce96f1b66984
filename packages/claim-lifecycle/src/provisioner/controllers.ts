import type { CloudProvider, Instance } from '@kaito/cloud-provider'
import type {
  Clock,
  EventFacts,
  EventRecorder,
  KubeClient,
  KubernetesObject,
  Logger,
  Metrics,
  RunOptions,
} from '@kaito/controller-kit'
import { createClassSource, NO_CLASSES } from '../class/class-source.ts'
import { createBreaker } from '../garbage-collection/breaker.ts'
import { createGarbageCollectionController } from '../garbage-collection/controller.ts'
import { createDefinitionHold } from '../garbage-collection/definition-hold.ts'
import { createDeletionGuard } from '../garbage-collection/deletion-guard.ts'
import { createHealthController } from '../health/controller.ts'
import { createAbsenceProofs } from '../instances/absence-proofs.ts'
import { createInstanceList } from '../instances/instance-list.ts'
import { createChoiceRefusals } from '../launch/choice-refusals.ts'
import { createLifecycleMetrics } from '../metrics/lifecycle-metrics.ts'
import type { LifecycleSettings } from '../settings.ts'
import type { Caches } from './caches.ts'
import { claimKinds } from './claim-kinds.ts'
import type { Provisioner } from './provisioner.ts'

interface ControllersOptions {
  provisioner: Provisioner
  client: KubeClient
  caches: Caches
  cloud: CloudProvider
  settings: LifecycleSettings
  /** Whether the API server knows the kind of the classes. */
  hasClasses: () => boolean
  /** Where the report of held deletions lives. */
  namespace: string
  events: EventRecorder
  /** The Pod around this process, where it is known: what those who run it must know is told there. */
  pod: KubernetesObject | undefined
  clock: Clock
  random: () => number
  log: Logger
  metrics: Metrics
}

/** Everything a provisioner does. */
export function createControllers(
  options: ControllersOptions,
): Pick<RunOptions, 'controllers' | 'background' | 'checks'> {
  const { caches, client, clock, cloud, events, hasClasses, pod, settings } = options
  const tellOperator = (facts: EventFacts) => pod && events.record(pod, facts)
  const instances = createInstanceList({ ...options, tellOperator })
  const absences = createAbsenceProofs(clock)
  instances.onEnded(absences.noteEnded)
  const claims = claimKinds(options)
  const kinds = claims.map(({ kind }) => kind)
  const seesClearly = () => instances.isKnown() && kinds.every((kind) => kind.healthy()) && caches.nodes.healthy()
  const { settleMs, breakerShare: share } = settings.garbageCollection
  const measures = createLifecycleMetrics(options)
  const breaker = createBreaker({ ...options, tell: events.record })
  measures.show({ ...settings, kinds, nodes: caches.nodes, instances, heldDeletions: breaker.heldDeletions })
  const shared = {
    ...options,
    ...measures.hooks,
    onUnclaimed: (unclaimed: readonly Instance[]) => {
      measures.hooks.onUnclaimed(unclaimed)
      if (unclaimed.length > 0) tellOperator(unclaimedEvent(unclaimed))
    },
    cloud: measures.measured(cloud),
    kinds,
    nodes: caches.nodes,
    classes: caches.classes ? createClassSource(caches.classes, hasClasses) : NO_CLASSES,
    instances,
    absences,
    choiceRefusals: createChoiceRefusals(),
    guard: createDeletionGuard({ ...options, seesClearly, settleMs }),
    breaker,
    definitionHold: createDefinitionHold({ client, clock, kinds, share }),
    tell: events.record,
  }
  return {
    checks: { [cloud.name]: instances.trouble },
    background: [(signal) => instances.run(signal), measures.run],
    controllers: [
      ...claims.flatMap(({ controllers }) => controllers(shared)),
      createGarbageCollectionController(shared),
      createHealthController({ ...shared, kinds: claims.flatMap(({ health }) => health(clock)) }),
    ],
  }
}

/** They bill, and only people can say whether anybody still needs them. */
function unclaimedEvent(unclaimed: readonly Instance[]): EventFacts {
  const names = unclaimed.map(({ name }) => name).sort()
  const message = `KAITO's own provisioner left ${names.length} instances without a claim, which are left alone and bill on: ${names.join(', ')}`
  return { type: 'Warning', reason: 'UnclaimedInstances', message }
}
