import { existingNodeNames } from '@kaito/api'
import type { Service } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import { ORDER_HASH_ANNOTATION } from '../workload/order-hash-annotation.ts'
import { isOwnedBy } from '../workload/ownership.ts'
import { renderServices, renderWorkload } from '../workload/render.ts'
import type { Workload } from '../workload/workload.ts'
import { conflict } from './conflict.ts'
import { isGivenBack } from './given-back.ts'
import { isHeld } from './held.ts'
import type { Observed } from './observed.ts'
import type { Order, TuningWork } from './order.ts'
import { tuningCourse } from './tuning-course.ts'
import { hasOutlivedNodes, hasSucceeded } from './tuning-end.ts'

export type Action =
  | { do: 'addFinalizer' | 'requestNodes' | 'giveBackNodes' | 'releaseNodes' | 'removeFinalizer' }
  | { do: 'createWorkload' | 'changeWorkload' | 'deleteWorkload'; workload: Workload }
  | { do: 'endJob'; workload: Workload; because: string }
  | { do: 'createService'; service: Service }
  | { do: 'changeService'; service: Service; movesPort: boolean }

export function plan(seen: Observed): Action[] {
  const { workspace, refusal, order } = seen
  if (workspace.metadata.deletionTimestamp) return isHeld(workspace) ? deletionActions(seen) : []
  if (refusal || !order) return []
  if (!isHeld(workspace)) return [{ do: 'addFinalizer' }] // alone in its pass: a node that nobody gives back leaks
  return conflict(seen) ? [] : heldActions(seen, order)
}

function heldActions(seen: Observed, order: Order): Action[] {
  const { workspace, supply, lack } = seen
  if (isGivenBack(workspace)) return [...endWorkload(seen), ...giveBackActions(seen)]
  if (hasOutlivedNodes(workspace, seen.workload, seen.now)) return giveBackActions(seen)
  if (lack || !supply) return []
  if (supply.phase === 'missing' || supply.handsOver) return [{ do: 'requestNodes' }]
  if (supply.phase === 'expired') return supply.isRecorded ? [{ do: 'giveBackNodes' }] : []
  return supply.phase === 'ready' ? readyActions(seen, order, supply) : []
}

/** Releasing ends the pass unless it is done: the finalizer goes only after the nodes are proven gone. */
function deletionActions(seen: Observed): Action[] {
  return [...endWorkload(seen), { do: 'releaseNodes' }, { do: 'removeFinalizer' }]
}

function endWorkload({ workload, workspace }: Observed): Action[] {
  const stands = workload && isOwnedBy(workload, workspace) && !workload.metadata.deletionTimestamp
  return stands ? [{ do: 'deleteWorkload', workload }] : []
}

function giveBackActions({ workspace }: Observed): Action[] {
  return (workspace.status?.slots ?? []).length > 0 ? [{ do: 'giveBackNodes' }] : []
}

function readyActions(seen: Observed, order: Order, supply: NodeSupply): Action[] {
  const { workspace, services = [] } = seen
  const serviceActions = renderServices(workspace, order).flatMap((service): Action[] => {
    const standing = services.find(({ metadata }) => metadata.name === service.metadata.name)
    if (!standing) return [{ do: 'createService', service }]
    const movesPort = hasMoved(standing, service, order)
    const isOther = movesPort || standing.spec?.type !== service.spec?.type
    return isOther ? [{ do: 'changeService', service, movesPort }] : []
  })
  return [...serviceActions, ...workloadActions(seen, order, supply)]
}

/** Ports may be changed by hand and stay; only that of a template moves with it. */
function hasMoved(standing: Service, wanted: Service, { work }: Order): boolean {
  const target = ({ spec }: Service) => spec?.ports?.find(({ name }) => name === 'http')?.targetPort
  return work.kind === 'template' && target(wanted) !== target(standing)
}

function workloadActions(seen: Observed, order: Order, { slots }: NodeSupply): Action[] {
  const { workspace, workload, trainingConfig } = seen
  if (order.work.kind === 'tuning' && workload) return jobActions(seen, order.work, workload)
  if (hasSucceeded(workspace)) return []
  const wanted = renderWorkload(workspace, order, { existingNodes: existingNodeNames(slots), trainingConfig })
  if (!workload) return [{ do: 'createWorkload', workload: wanted }]
  const rendered = workload.metadata.annotations?.[ORDER_HASH_ANNOTATION]
  // One without the annotation was made by an earlier installation: it serves, so it stays.
  const isCurrent = rendered === undefined || rendered === wanted.metadata.annotations?.[ORDER_HASH_ANNOTATION]
  return isCurrent ? [] : [{ do: 'changeWorkload', workload: wanted }]
}

/** What a tuning waits for in vain costs as much as what it does. */
function jobActions(seen: Observed, work: TuningWork, workload: Workload): Action[] {
  const { endBecause } = tuningCourse(seen, work)
  return endBecause === undefined ? [] : [{ do: 'endJob', workload, because: endBecause }]
}
