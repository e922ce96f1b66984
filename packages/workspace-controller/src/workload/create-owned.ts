import type { Workspace } from '@kaito/api'
import {
  type Cache,
  isAlreadyExists,
  type KubeClient,
  type KubernetesObject,
  keyOf,
  parseKey,
} from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { conflictWith } from '../workspace/conflict.ts'
import { Postponed } from '../workspace/failure.ts'

/** Creates the object unless it stands already; one of somebody else's is left alone. */
export async function createOwned<T extends KubernetesObject>(
  { client, cache, workspace }: { client: KubeClient; cache: Cache<T>; workspace: Workspace },
  object: T,
  call: Call,
): Promise<void> {
  try {
    cache.observe(await client.create(cache.resource, object, call))
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    const standing = await client.get(cache.resource, parseKey(keyOf(object)), call)
    if (!standing) throw error
    const conflict = conflictWith(cache.resource.kind, standing, workspace)
    if (conflict) throw new Postponed(conflict)
    cache.observe(standing)
  }
}
