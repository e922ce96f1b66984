import type { KubeObject } from '../cluster-access.ts'
import type { UserInfo } from '../kind-definition.ts'
import type { ApiEngine } from './api-engine.ts'
import { CRD_CLEANUP, deleteObject } from './delete-object.ts'
import { isFinished, removeObject } from './update-object.ts'

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }
const USER: UserInfo = { username: 'system:apiserver', groups: ['system:masters'] }

/** Serves what CustomResourceDefinitions define, and deletes their objects before they go. */
export function followCustomKinds(engine: ApiEngine): void {
  const followed = new Set<string>()
  engine.store.collection(DEFINITIONS).onEvent(({ type, stored }) => {
    const { object } = stored
    if (type === 'DELETED') {
      engine.registry.withdraw(object.metadata.name)
      return
    }
    engine.registry.serve(object)
    restoreInstances(engine, object)
    const { name, deletionTimestamp } = object.metadata
    if (deletionTimestamp === undefined || followed.has(name)) return
    followed.add(name)
    // Later, because the deletion that told of this is still being written.
    queueMicrotask(() => emptyAndRelease(engine, object, () => followed.delete(name)))
  })
}

/** The real server gives defaults whenever it reads from its storage, also those that a definition gained since. */
function restoreInstances({ registry, store, preparer }: ApiEngine, { metadata }: KubeObject): void {
  const kind = registry
    .all()
    .find((one) => `${one.plural}.${one.group}` === metadata.name && one.version === one.storageVersion)
  if (kind !== undefined) store.restore(kind, (object) => preparer.restored(kind, object))
}

function emptyAndRelease(engine: ApiEngine, crd: KubeObject, done: () => void): void {
  const instances = instancesOf(engine, crd)
  const kinds = engine.registry.all().filter((one) => `${one.plural}.${one.group}` === crd.metadata.name)
  const [kind] = kinds
  for (const { object } of instances.list()) {
    if (kind === undefined) break
    const { name, namespace } = object.metadata
    deleteObject(engine, { kind, name, namespace }, { user: USER, dryRun: false })
  }
  if (instances.list().length === 0) {
    done()
    release(engine, crd)
    return
  }
  const stop = instances.onEvent(() => {
    if (instances.list().length > 0) return
    stop()
    done()
    queueMicrotask(() => release(engine, crd))
  })
}

function instancesOf(engine: ApiEngine, { metadata }: KubeObject) {
  const dot = metadata.name.indexOf('.')
  return engine.store.collection({ plural: metadata.name.slice(0, dot), group: metadata.name.slice(dot + 1) })
}

function release(engine: ApiEngine, { metadata }: KubeObject): void {
  const kind = engine.registry.find(DEFINITIONS.group, 'v1', DEFINITIONS.plural)
  const stored = engine.store.collection(DEFINITIONS).get(metadata.name)
  if (kind === undefined || stored === undefined || stored.object.metadata.uid !== metadata.uid) return
  const finalizers = (stored.object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CRD_CLEANUP)
  const object = { ...stored.object, metadata: { ...stored.object.metadata, finalizers } }
  if (isFinished(object)) removeObject(engine, kind, stored)
  else engine.store.put(DEFINITIONS, object)
}
