import type { KubeObject } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import { keyOfObject } from '../object-address.ts'
import { isLostRace } from '../objects/api-refusals.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { type HandleKey, KeyedQueue } from './keyed-queue.ts'

export interface Controller {
  name: string
  reconcile: HandleKey
  /** Changes that make keys worth a look. */
  triggers: Trigger[]
  concurrency?: number
}

type Trigger = (enqueue: (key: string) => void) => Promise<void>

/** Enqueues what `keys` names, for the object as it is and as it was; it is called with undefined for neither. */
export function on<T extends KubeObject>(
  store: WatchedObjects<T>,
  keys: (now: T | undefined, before?: T) => string[],
): Trigger {
  return (enqueue) => {
    store.onChange((now, before) => {
      for (const key of keys(now, before)) enqueue(key)
    })
    return store.start()
  }
}

/** Keys of an object itself, also when it is gone. */
export function itself(now: KubeObject | undefined, before?: KubeObject): string[] {
  const object = now ?? before
  return object === undefined ? [] : [keyOfObject(object)]
}

/** Keys of the controllers of this kind that an object has and had. */
export function ownerKeys(kind: string) {
  return (now: KubeObject | undefined, before?: KubeObject): string[] =>
    [now, before].flatMap((object) => {
      const owner = object?.metadata.ownerReferences?.find((each) => each.controller && each.kind === kind)
      const namespace = object?.metadata.namespace
      if (owner === undefined) return []
      return [
        keyOfObject({ metadata: namespace === undefined ? { name: owner.name } : { name: owner.name, namespace } }),
      ]
    })
}

interface RunOptions {
  clock: ClusterClock
  signal: AbortSignal
  log: (line: string, facts?: object) => void
}

/** Runs once all its triggers' stores are full: a controller that sees half of the world would create doubles. */
export async function runController({ clock, signal, log }: RunOptions, controller: Controller): Promise<void> {
  const queue = new KeyedQueue({
    clock,
    signal,
    ...(controller.concurrency === undefined ? {} : { concurrency: controller.concurrency }),
    handle: async (key) => {
      await filled
      return controller.reconcile(key)
    },
    onFailure: (key, error) => {
      if (!isLostRace(error)) log('A controller of the cluster failed', { controller: controller.name, key, error })
    },
  })
  const filled = Promise.all(controller.triggers.map((trigger) => trigger((key) => queue.add(key))))
  await filled
}
