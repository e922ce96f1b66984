import type { Deployment, Service } from '@kaito/controller-kit'
import { ORDER_HASH_ANNOTATION } from '../workload/order-hash-annotation.ts'
import { conflict } from './conflict.ts'
import { isHeld } from './held.ts'
import type { Observed } from './observed.ts'

export type Action =
  | { do: 'addFinalizer' | 'requestNodes' | 'deleteWorkload' | 'releaseNodes' | 'removeFinalizer' }
  | { do: 'createDeployment' | 'changeDeployment'; deployment: Deployment }
  | { do: 'createService' | 'changeService'; service: Service }

export function plan(seen: Observed): Action[] {
  const { workspace, supply, refusal } = seen
  if (workspace.metadata.deletionTimestamp) {
    // Each step ends the pass unless it is done: the finalizer goes only after the nodes are proven gone.
    return isHeld(workspace) ? [{ do: 'deleteWorkload' }, { do: 'releaseNodes' }, { do: 'removeFinalizer' }] : []
  }
  if (refusal) return []
  if (!isHeld(workspace)) return [{ do: 'addFinalizer' }] // alone in its pass: a node that nobody gives back leaks
  if (conflict(seen)) return []
  if (supply?.phase === 'missing') return [{ do: 'requestNodes' }]
  return supply?.phase === 'ready' ? workloadActions(seen) : []
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
