import type { KubernetesObject, Pod } from '@kaito/controller-kit'
import { type DrainRule, staysToTheEnd } from './drain.ts'

/** `storage.k8s.io/v1`: one volume on one node. */
export interface VolumeAttachment extends KubernetesObject {
  spec?: { nodeName?: string; source?: { persistentVolumeName?: string } }
}

/** `v1`, as far as it says which volume a pod uses. */
export interface VolumeClaim extends KubernetesObject {
  spec?: { volumeName?: string }
}

/** Keys of the volume claims of pods that keep their volumes until the node ends: those are not waited for. */
export function keptVolumeClaims(
  pods: readonly Pod[],
  taint: DrainRule['taint'],
): { namespace: string; name: string }[] {
  return pods
    .filter((pod) => staysToTheEnd(pod, taint))
    .flatMap(({ metadata, spec }) =>
      (spec?.volumes ?? []).flatMap((volume) => {
        const name = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${metadata.name}-${volume.name}`)
        return name === undefined ? [] : [{ namespace: metadata.namespace ?? '', name }]
      }),
    )
}

/** Names of the volumes still attached to one of the nodes, sorted, without those that are `kept`. */
export function awaitedVolumes(
  attachments: readonly VolumeAttachment[],
  nodeNames: ReadonlySet<string>,
  kept: readonly VolumeClaim[],
): string[] {
  const keptNames = new Set(kept.map(({ spec }) => spec?.volumeName))
  return attachments
    .filter(({ spec }) => nodeNames.has(spec?.nodeName ?? ''))
    .map(({ metadata, spec }) => spec?.source?.persistentVolumeName ?? metadata.name)
    .filter((name) => !keptNames.has(name))
    .sort()
}
