import type { Deployment, Service } from '@kaito/controller-kit'
import { ORDER_HASH_ANNOTATION } from '../workload/order-hash-annotation.ts'
import { isOwnedBy } from '../workload/ownership.ts'
import { conflict } from './conflict.ts'
import { isHeld } from './held.ts'
import type { Observed } from './observed.ts'

export type Action =
  | { do: 'addFinalizer' | 'requestNodes' | 'deleteWorkload' | 'releaseNodes' | 'removeFinalizer' }
  | { do: 'createDeployment' | 'changeDeployment'; deployment: Deployment }
  | { do: 'createService' | 'changeService'; service: Service }

export function plan(seen: Observed): Action[] {
  const { workspace, supply, refusal } = seen
  if (workspace.metadata.deletionTimestamp) return isHeld(workspace) ? deletionActions(seen) : []
  if (refusal) return []
  if (!isHeld(workspace)) return [{ do: 'addFinalizer' }] // alone in its pass: a node that nobody gives back leaks
  if (conflict(seen)) return []
  if (supply?.phase === 'missing') return [{ do: 'requestNodes' }]
  return supply?.phase === 'ready' ? workloadActions(seen) : []
}

/** Releasing ends the pass unless it is done: the finalizer goes only after the nodes are proven gone. */
function deletionActions({ workspace, deployment }: Observed): Action[] {
  const isServing = deployment && isOwnedBy(deployment, workspace) && !deployment.metadata.deletionTimestamp
  const giveBack: Action[] = [{ do: 'releaseNodes' }, { do: 'removeFinalizer' }]
  return isServing ? [{ do: 'deleteWorkload' }, ...giveBack] : giveBack
}

function workloadActions({ wanted, deployment, service }: Observed): Action[] {
  if (!wanted) return []
  return [...serviceActions(wanted.service, service), ...deploymentActions(wanted.deployment, deployment)]
}

function deploymentActions(wanted: Deployment, existing: Deployment | undefined): Action[] {
  if (!existing) return [{ do: 'createDeployment', deployment: wanted }]
  const rendered = existing.metadata.annotations?.[ORDER_HASH_ANNOTATION]
  // One without the annotation was made by an earlier installation: it serves, so it stays.
  const isCurrent = rendered === undefined || rendered === wanted.metadata.annotations?.[ORDER_HASH_ANNOTATION]
  return isCurrent ? [] : [{ do: 'changeDeployment', deployment: wanted }]
}

function serviceActions(wanted: Service, existing: Service | undefined): Action[] {
  if (!existing) return [{ do: 'createService', service: wanted }]
  return existing.spec?.type === wanted.spec?.type ? [] : [{ do: 'changeService', service: wanted }]
}
