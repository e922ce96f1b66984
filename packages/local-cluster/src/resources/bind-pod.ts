import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, objectsAt, stringAt } from '../json.ts'
import { badRequest, conflict } from '../status-error.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { storedAt } from './update-object.ts'

/** What a scheduler posts: the pod goes to the node named, once. */
export function bindPod(engine: ApiEngine, target: Target, options: { binding: unknown; dryRun: boolean }): void {
  const { binding, dryRun } = options
  const stored = storedAt(engine, target)
  const pod = stored.object
  const node = stringAt(binding, 'target', 'name')
  if (node === '') throw badRequest('target.name: Required value')
  const refused = { group: '', plural: 'pods/binding', name: target.name }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(refused, `pod ${target.name} is being deleted, cannot be assigned to a host`)
  }
  const assigned = stringAt(pod, 'spec', 'nodeName')
  if (assigned !== '') {
    throw conflict(refused, `pod ${target.name} is already assigned to node "${assigned}"`)
  }
  if (dryRun) return
  const annotations = { ...pod.metadata.annotations, ...fieldsAt(binding, 'metadata', 'annotations') } as Record<
    string,
    string
  >
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(engine.clock.now()),
  }
  const others = objectsAt(pod, 'status', 'conditions').filter(({ type }) => type !== 'PodScheduled')
  engine.store.put(target.kind, {
    ...pod,
    metadata: { ...pod.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...fieldsAt(pod, 'spec'), nodeName: node },
    status: { ...fieldsAt(pod, 'status'), conditions: [...others, scheduled] },
  })
}
