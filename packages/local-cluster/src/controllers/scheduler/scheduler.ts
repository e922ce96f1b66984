import { isDeepStrictEqual } from 'node:util'
import { timestamp } from '../../cluster-clock.ts'
import { keyOfObject } from '../../object-address.ts'
import { withCondition } from '../../objects/condition.ts'
import { PODS } from '../../objects/kinds.ts'
import type { Node } from '../../objects/node.ts'
import { isActive, type Pod } from '../../objects/pod.ts'
import { type Controller, on } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { writeStatus } from '../write-status.ts'
import { NodeLedger } from './node-ledger.ts'
import { planPlacement } from './plan.ts'

const NAME = 'default-scheduler'

/** Binds pods to nodes; a pod that fits nowhere waits for the next change of a node or of a pod's end. */
export function createScheduler({ access, clock, stores, record }: ControllerContext): Controller {
  const { pods, nodes } = stores
  const ledger = new NodeLedger()
  const waiting = new Set<string>()

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    const { name, namespace = '', uid = '' } = pod.metadata
    ledger.book(pod, nodeName)
    try {
      await access.replace(PODS, bindingObject({ name, namespace, uid, nodeName }), 'binding')
    } catch (error) {
      ledger.release(pod)
      throw error
    }
    const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`
    record(pod, { type: 'Normal', reason: 'Scheduled', message })
  }

  async function report(pod: Pod, message: string): Promise<void> {
    const refusal = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    const conditions = withCondition(pod.status?.conditions ?? [], refusal, timestamp(clock.now()))
    if (isDeepStrictEqual(conditions, pod.status?.conditions)) return
    await writeStatus(pods, pod, { ...pod.status, conditions })
    record(pod, { type: 'Warning', reason: 'FailedScheduling', message })
  }

  async function reconcile(key: string): Promise<undefined> {
    const pod = pods.get(key)
    waiting.delete(key)
    if (pod === undefined || !needsNode(pod)) return
    const placement = planPlacement(
      pod,
      nodes.list().map((node) => ledger.room(node)),
    )
    if (placement.do === 'bind') return bind(pod, placement.nodeName).then(() => undefined)
    waiting.add(key)
    await report(pod, placement.message)
  }

  return {
    name: 'scheduler',
    reconcile,
    // One pod at a time: two decisions at once would both take the last GPU.
    concurrency: 1,
    triggers: [
      on(pods, (now, before) => {
        const freed = ledger.follow(now, before)
        const own =
          now !== undefined && needsNode(now) && !isDeepStrictEqual(now.spec, before?.spec) ? [keyOfObject(now)] : []
        return freed ? [...own, ...waiting] : own
      }),
      on(nodes, (now, before) => (offersTheSame(now, before) ? [] : [...waiting])),
    ],
  }
}

function needsNode(pod: Pod): boolean {
  return (
    !pod.spec.nodeName &&
    isActive(pod) &&
    (pod.spec.schedulerName ?? NAME) === NAME &&
    (pod.spec.schedulingGates ?? []).length === 0
  )
}

function offersTheSame(now: Node | undefined, before: Node | undefined): boolean {
  if (now === undefined || before === undefined) return false
  const offer = ({ metadata, spec, status }: Node) => [metadata.labels, spec, status?.allocatable]
  return isDeepStrictEqual(offer(now), offer(before))
}

function bindingObject({ name, namespace, uid, nodeName }: Record<'name' | 'namespace' | 'uid' | 'nodeName', string>) {
  return {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
  }
}
