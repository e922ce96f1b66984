import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, objectsAt, stringAt } from '../json.ts'
import { badRequest, conflict, StatusError } from '../status-error.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { checkPreconditions } from './preconditions.ts'
import { storedAt } from './update-object.ts'

/** What a scheduler posts: the pod goes to the node named, once. */
export function bindPod(engine: ApiEngine, target: Target, options: { binding: unknown; dryRun: boolean }): void {
  const { binding, dryRun } = options
  const node = checkedTarget(target, binding)
  const stored = storedAt(engine, target)
  const pod = stored.object
  checkPreconditions(target, fieldsAt(binding, 'metadata'), pod.metadata)
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

/** The node to bind to; the real server forgot to give these refusals a code. */
function checkedTarget({ name }: Target, binding: unknown): string {
  if (stringAt(binding, 'metadata', 'name') !== name) {
    throw badRequest('name in URL does not match name in Binding object')
  }
  const kind = stringAt(binding, 'target', 'kind')
  const node = stringAt(binding, 'target', 'name')
  const faults: string[] = []
  if (kind !== '' && kind !== 'Node') {
    faults.push(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`)
  }
  if (node === '') faults.push('target.name: Required value')
  if (faults.length === 0) return node
  throw new StatusError({ code: 500, message: faults.length === 1 ? faults.join() : `[${faults.join(', ')}]` })
}
