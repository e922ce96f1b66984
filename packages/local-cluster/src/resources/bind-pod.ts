import { badRequest, conflict } from '../status-error.ts'
import { type ApiEngine, rfc3339, type Target } from './api-engine.ts'
import { objectAt, objectsAt, textAt } from './json-value.ts'
import { storedAt } from './update-object.ts'

/** What a scheduler posts: the pod goes to the node named, once. */
export function bindPod(engine: ApiEngine, target: Target, options: { binding: unknown; dryRun: boolean }): void {
  const { binding, dryRun } = options
  const stored = storedAt(engine, target)
  const pod = stored.object
  const node = textAt(binding, 'target', 'name')
  if (node === undefined || node === '') throw badRequest('target.name: Required value')
  const refused = { group: '', plural: 'pods/binding', name: target.name }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(refused, `pod ${target.name} is being deleted, cannot be assigned to a host`)
  }
  const assigned = textAt(pod, 'spec', 'nodeName')
  if (assigned !== undefined && assigned !== '') {
    throw conflict(refused, `pod ${target.name} is already assigned to node "${assigned}"`)
  }
  if (dryRun) return
  const annotations = { ...pod.metadata.annotations, ...objectAt(binding, 'metadata', 'annotations') } as Record<
    string,
    string
  >
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(engine.clock.now()),
  }
  const others = objectsAt(pod, 'status', 'conditions').filter(({ type }) => type !== 'PodScheduled')
  engine.store.put(target.kind, {
    ...pod,
    metadata: { ...pod.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...objectAt(pod, 'spec'), nodeName: node },
    status: { ...objectAt(pod, 'status'), conditions: [...others, scheduled] },
  })
}
