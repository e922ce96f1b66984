import type { Pod } from '@kaito/controller-kit'

const NAMED = 3

export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`
}

/** `2 pods (a/b, a/c)`; the first few by name. `why` gives the words that follow a pod's name. */
export function podNames(pods: readonly Pod[], why: (pod: Pod) => string = () => ''): string {
  const names = [...pods].sort((a, b) => (podKey(a) < podKey(b) ? -1 : 1)).map((pod) => `${podKey(pod)}${why(pod)}`)
  const shown = [...names.slice(0, NAMED), ...(names.length > NAMED ? ['…'] : [])]
  return `${names.length} ${names.length === 1 ? 'pod' : 'pods'} (${shown.join(', ')})`
}
