import { isOwnedBy } from '../workload/ownership.ts'
import type { Observed } from './observed.ts'
import type { Refusal } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'

/** Somebody else's object under the name that the workload needs. It is never touched. */
export function conflict({ workspace, deployment, service }: Observed): Refusal | undefined {
  if (deployment && !isOwnedBy(deployment, workspace)) return nameConflict(`Deployment ${deployment.metadata.name}`)
  return service && !isOwnedBy(service, workspace) ? nameConflict(`Service ${service.metadata.name}`) : undefined
}

export function nameConflict(what: string): Refusal {
  const message = `${what} exists and does not belong to this Workspace; delete it, or create the Workspace under another name`
  return { reason: WORKSPACE_REASONS.nameConflict, message }
}
