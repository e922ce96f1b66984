import { WORKSPACE_CONDITIONS, type Workspace } from '@kaito/api'
import { WORKSPACE_REASONS } from './reasons.ts'

/**
 * Whether the nodes were given back because the model server never answered: the condition itself is the record, and
 * holds until the Workspace is changed.
 */
export function isGivenBack({ metadata, tuning, status }: Workspace): boolean {
  const condition = status?.conditions?.find(({ type }) => type === WORKSPACE_CONDITIONS.resourceReady)
  if (tuning || condition?.reason !== WORKSPACE_REASONS.nodesGivenBack) return false
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}
