import type { Workspace } from '@kaito/api'
import type { KubernetesObject } from '@kaito/controller-kit'
import { isOwnedBy, isOwnedByNamesake } from '../workload/ownership.ts'
import type { Observed } from './observed.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'

/** Somebody else's object under a name that the workload needs. It is never touched. */
export function conflict({ workspace, workload, services = [] }: Observed): Refusal | undefined {
  const [first] = [
    workload && conflictWith(workload.kind, workload, workspace),
    ...services.map((service) => conflictWith('Service', service, workspace)),
  ].filter((found) => found !== undefined)
  return first
}

export function conflictWith(
  kind: string,
  standing: KubernetesObject | undefined,
  workspace: Workspace,
): Refusal | undefined {
  if (!standing || isOwnedBy(standing, workspace)) return undefined
  const what = `${kind} ${standing.metadata.name}`
  if (isOwnedByNamesake(standing, workspace)) {
    return { reason: 'Deleting', message: `${what} of an earlier Workspace of this name is about to be removed` }
  }
  const message = `${what} exists and does not belong to this Workspace; delete it, or create the Workspace under another name`
  return { reason: WORKSPACE_REASONS.nameConflict, message }
}
