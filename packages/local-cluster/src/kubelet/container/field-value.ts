import type { Pod } from '../../objects/pod.ts'

/** The addresses of a pod, which its stored object may not have yet. */
export interface PodAddress {
  podIP: string
  hostIP: string
}

const KEYED = /^metadata\.(labels|annotations)\['(.*)'\]$/

/** The value of a `fieldRef`; a label or annotation that the pod lacks is empty. Undefined for an unknown path. */
export function fieldValue(pod: Pod, fieldPath: string, { podIP, hostIP }: PodAddress): string | undefined {
  const { metadata, spec } = pod
  const [, map, key = ''] = KEYED.exec(fieldPath) ?? []
  if (map !== undefined) return (map === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? ''
  const values: Record<string, () => string> = {
    'metadata.name': () => metadata.name,
    'metadata.namespace': () => metadata.namespace ?? '',
    'metadata.uid': () => metadata.uid ?? '',
    'metadata.labels': () => listed(metadata.labels),
    'metadata.annotations': () => listed(metadata.annotations),
    'spec.nodeName': () => spec.nodeName ?? '',
    'spec.serviceAccountName': () => spec.serviceAccountName ?? '',
    'status.podIP': () => podIP,
    'status.podIPs': () => podIP,
    'status.hostIP': () => hostIP,
    'status.hostIPs': () => hostIP,
  }
  return values[fieldPath]?.()
}

/** As the downward API writes maps: one `key="value"` per line, in the order of the keys. */
function listed(map: Record<string, string> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n')
}
