import { isLostRace } from '../../objects/api-refusals.ts'
import type { ReplicaSet } from '../../objects/workloads.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { generatedName, podFromTemplate } from '../pod-from-template.ts'
import { writeStatus } from '../write-status.ts'
import { planReplicaSet, type ReplicaSetAction } from './plan.ts'
import { reportReplicaSet } from './report.ts'

export function createReplicaSetController({ stores, record, random, clock }: ControllerContext): Controller {
  const { replicaSets, pods } = stores

  function tell(replicaSet: ReplicaSet, reason: string, message: string): void {
    record(replicaSet, { type: reason.startsWith('Failed') ? 'Warning' : 'Normal', reason, message })
  }

  async function createPod(replicaSet: ReplicaSet): Promise<void> {
    const name = generatedName(replicaSet.metadata.name, random)
    try {
      await pods.create(podFromTemplate(replicaSet, replicaSet.spec.template, { name }))
    } catch (error) {
      if (!isLostRace(error)) tell(replicaSet, 'FailedCreate', `Error creating: ${String(error)}`)
      throw error
    }
    tell(replicaSet, 'SuccessfulCreate', `Created pod: ${name}`)
  }

  async function perform(replicaSet: ReplicaSet, action: ReplicaSetAction): Promise<void> {
    if (action.do === 'create') {
      for (let created = 0; created < action.count; created += 1) await createPod(replicaSet)
      return
    }
    await pods.delete(action.pod)
    tell(replicaSet, 'SuccessfulDelete', `Deleted pod: ${action.pod.metadata.name}`)
  }

  async function reconcile(key: string): Promise<number | undefined> {
    const replicaSet = replicaSets.get(key)
    if (replicaSet === undefined) return undefined
    const uid = replicaSet.metadata.uid ?? ''
    const actions = planReplicaSet(replicaSet, pods.byIndex('owner', uid))
    for (const action of actions) await perform(replicaSet, action)
    const report = reportReplicaSet(replicaSet, pods.byIndex('owner', uid), clock.now())
    await writeStatus(replicaSets, replicaSets.get(key) ?? replicaSet, report.status)
    return report.revisitMs
  }

  return { name: 'replicaset', reconcile, triggers: [on(replicaSets, itself), on(pods, ownerKeys('ReplicaSet'))] }
}
