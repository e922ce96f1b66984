import type { KubeMetadata, KubeObject } from '../../cluster-access.ts'
import type { WatchedObjects } from '../../objects/watched-objects.ts'

export type OwnerReference = NonNullable<KubeMetadata['ownerReferences']>[number]

/** An object with the store that holds it. */
export interface Held {
  object: KubeObject
  store: WatchedObjects<KubeObject>
}

/** Who exists and who belongs to whom, by UID, over all kinds. */
export class OwnerGraph {
  readonly #held = new Map<string, Held>()
  readonly #dependents = new Map<string, Set<string>>()

  put(held: Held): void {
    const uid = held.object.metadata.uid ?? ''
    this.remove(uid)
    this.#held.set(uid, held)
    for (const owner of ownersOf(held.object)) {
      const found = this.#dependents.get(owner.uid)
      if (found) found.add(uid)
      else this.#dependents.set(owner.uid, new Set([uid]))
    }
  }

  remove(uid: string): void {
    const held = this.#held.get(uid)
    if (held === undefined) return
    this.#held.delete(uid)
    for (const owner of ownersOf(held.object)) {
      const found = this.#dependents.get(owner.uid)
      found?.delete(uid)
      if (found?.size === 0) this.#dependents.delete(owner.uid)
    }
  }

  get(uid: string): Held | undefined {
    return this.#held.get(uid)
  }

  dependents(uid: string): Held[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((each) => this.#held.get(each) ?? [])
  }
}

export function ownersOf(object: KubeObject): OwnerReference[] {
  return object.metadata.ownerReferences ?? []
}
