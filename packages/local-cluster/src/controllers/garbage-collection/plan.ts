import type { KubeObject } from '../../cluster-access.ts'
import type { OwnerReference } from './owner-graph.ts'

export const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

/** What is known of an owner; `unknown` when its kind is not served here. */
export type OwnerState = 'alive' | 'absent' | 'waitsForDependents' | 'unknown'

export interface ObservedObject {
  object: KubeObject
  owners: { reference: OwnerReference; state: OwnerState }[]
  dependents: KubeObject[]
}

export type CollectAction =
  | { do: 'delete'; propagationPolicy: 'Foreground' | 'Background' | 'Orphan' }
  | { do: 'keepOwners'; ownerReferences: OwnerReference[] }
  | { do: 'orphanDependents' }
  | { do: 'removeFinalizer'; finalizer: string }
  | { do: 'visitDependents' }

function references(dependent: KubeObject, owner: KubeObject): OwnerReference | undefined {
  return dependent.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid)
}

export function planCollection(seen: ObservedObject): CollectAction[] {
  const { metadata } = seen.object
  if (metadata.deletionTimestamp !== undefined) {
    if (metadata.finalizers?.includes(ORPHAN)) {
      return [{ do: 'orphanDependents' }, { do: 'removeFinalizer', finalizer: ORPHAN }]
    }
    if (metadata.finalizers?.includes(FOREGROUND)) return planForeground(seen)
    return []
  }
  return seen.owners.length === 0 ? [] : planDependent(seen)
}

function planForeground({ object, dependents }: ObservedObject): CollectAction[] {
  const blocking = dependents.some((dependent) => references(dependent, object)?.blockOwnerDeletion)
  if (blocking) return [{ do: 'visitDependents' }]
  return [{ do: 'visitDependents' }, { do: 'removeFinalizer', finalizer: FOREGROUND }]
}

function planDependent({ object, owners, dependents }: ObservedObject): CollectAction[] {
  const kept = owners.filter(({ state }) => state === 'alive' || state === 'unknown')
  if (kept.length === owners.length) return []
  if (kept.length > 0) return [{ do: 'keepOwners', ownerReferences: kept.map(({ reference }) => reference) }]
  if (object.metadata.finalizers?.includes(ORPHAN)) return [{ do: 'delete', propagationPolicy: 'Orphan' }]
  const isAwaited = owners.some(({ state }) => state === 'waitsForDependents') && dependents.length > 0
  const foreground = isAwaited || object.metadata.finalizers?.includes(FOREGROUND)
  return [{ do: 'delete', propagationPolicy: foreground ? 'Foreground' : 'Background' }]
}
