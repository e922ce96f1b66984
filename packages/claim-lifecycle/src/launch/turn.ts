import { type KubernetesObject, keyOf } from '@kaito/controller-kit'

/**
 * When a claim comes back among all that wait, from 0 to below 1: the oldest first, so that what has become free goes to
 * whoever waits longest, and no two at once. Zero for one that is alone. `random` is uniform in [0, 1).
 */
export function turnOf(claim: KubernetesObject, all: readonly KubernetesObject[], random: () => number): number {
  if (all.length <= 1) return 0
  const own = ageOrder(claim)
  const older = all.filter((other) => ageOrder(other) < own).length
  return Math.min(0.999, (older + random()) / all.length)
}

function ageOrder(object: KubernetesObject): string {
  return `${object.metadata.creationTimestamp ?? ''} ${keyOf(object)}`
}
