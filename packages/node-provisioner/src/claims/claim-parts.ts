import { DO_NOT_DISRUPT_ANNOTATION, GPU_RESOURCE, WORKSPACE_UID_ANNOTATION } from '@kaito/api'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest } from '../node-provisioner.ts'

/** Annotations of what stands for a node, of any kind. */
export function nodeAnnotations({ workspace }: NodeRequest, { doNotDisrupt }: BackendSettings): Record<string, string> {
  return {
    [WORKSPACE_UID_ANNOTATION]: workspace.uid,
    ...(doNotDisrupt && { [DO_NOT_DISRUPT_ANNOTATION]: 'true' }),
  }
}

/** What a claim of any kind asks its node to offer. */
export function resourceRequests(
  { diskGiB, gpusPerNode }: NodeRequest,
  { diskRequest }: BackendSettings,
): Record<string, string> {
  const disk = diskGiB === undefined || diskRequest === 'none' ? {} : { [diskRequest]: `${diskGiB}Gi` }
  return { ...disk, [GPU_RESOURCE]: String(gpusPerNode) }
}
