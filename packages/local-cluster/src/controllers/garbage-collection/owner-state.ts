import type { ClusterAccess, KubeObject } from '../../cluster-access.ts'
import type { FollowedKinds } from '../followed-kinds.ts'
import type { OwnerGraph, OwnerReference } from './owner-graph.ts'
import { FOREGROUND, type OwnerState } from './plan.ts'

interface OwnerQuestion {
  access: ClusterAccess
  followed: FollowedKinds
  graph: OwnerGraph
  reference: OwnerReference
  dependent: KubeObject
}

/** Looks an owner up, first among what is known; absence is proven by the server, never by a cache. */
export async function ownerState(question: OwnerQuestion): Promise<OwnerState> {
  const { access, followed, graph, reference, dependent } = question
  const { namespace } = dependent.metadata
  const known = graph.get(reference.uid)?.object
  if (known && isReachable(known, namespace)) return waits(known) ? 'waitsForDependents' : 'alive'
  const kind = followed.find(reference.apiVersion, reference.kind)?.kind
  if (kind === undefined || (kind.namespaced && namespace === undefined)) return 'unknown'
  const scope = kind.namespaced && namespace !== undefined ? { namespace } : {}
  const found = await access.get(kind, { name: reference.name, ...scope })
  return found?.metadata.uid === reference.uid ? 'alive' : 'absent'
}

/** An owner is cluster-wide or in the namespace of its dependent. */
function isReachable({ metadata }: KubeObject, namespace: string | undefined): boolean {
  return metadata.namespace === undefined || metadata.namespace === namespace
}

function waits({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true
}
