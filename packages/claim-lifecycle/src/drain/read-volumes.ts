import type { KubeClient, Node, Pod, Resource } from '@kaito/controller-kit'
import type { DrainRule } from './drain.ts'
import { awaitedVolumes, keptVolumeClaims, type VolumeAttachment, type VolumeClaim } from './volumes.ts'

const VOLUME_ATTACHMENTS: Resource<VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'volumeattachments',
  kind: 'VolumeAttachment',
  namespaced: false,
}
const VOLUME_CLAIMS: Resource<VolumeClaim> = {
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespaced: true,
}

interface Drained {
  nodes: readonly Node[]
  /** All pods of those nodes. */
  pods: readonly Pod[]
  taint: DrainRule['taint']
}

/**
 * Volumes that drained nodes still wait for, from the server itself. Attachments cannot be selected by node, so this reads
 * all of the cluster; it is asked for once the pods of a node are gone.
 */
export async function readAwaitedVolumes(
  client: KubeClient,
  { nodes, pods, taint }: Drained,
  signal: AbortSignal,
): Promise<string[]> {
  const names = new Set(nodes.map(({ metadata }) => metadata.name))
  const attachments = await client.list(VOLUME_ATTACHMENTS, { signal })
  if (awaitedVolumes(attachments, names, []).length === 0) return []
  const kept = await Promise.all(keptVolumeClaims(pods, taint).map((key) => client.get(VOLUME_CLAIMS, key, { signal })))
  return awaitedVolumes(
    attachments,
    names,
    kept.flatMap((claim) => claim ?? []),
  )
}
