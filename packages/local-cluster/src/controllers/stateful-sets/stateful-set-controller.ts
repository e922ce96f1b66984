import type { StatefulSet } from '../../objects/workloads.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { podFromTemplate } from '../pod-from-template.ts'
import { shortHash } from '../template-hash.ts'
import { writeStatus } from '../write-status.ts'
import { planStatefulSet, REVISION_LABEL, type StatefulSetAction } from './plan.ts'
import { reportStatefulSet } from './report.ts'

/** Keeps numbered pods. Volume claims are not made: nothing is stored in a simulated cluster. */
export function createStatefulSetController({ stores, record }: ControllerContext): Controller {
  const { statefulSets, pods } = stores

  function observe(statefulSet: StatefulSet) {
    const owned = pods.byIndex('owner', statefulSet.metadata.uid ?? '')
    return { statefulSet, pods: owned, revision: shortHash(statefulSet.spec.template) }
  }

  async function perform(action: StatefulSetAction, statefulSet: StatefulSet): Promise<void> {
    const { name } = statefulSet.metadata
    if (action.do === 'delete') {
      await pods.delete(action.pod)
      const message = `delete Pod ${action.pod.metadata.name} in StatefulSet ${name} successful`
      return record(statefulSet, { type: 'Normal', reason: 'SuccessfulDelete', message })
    }
    const podName = `${name}-${action.ordinal}`
    const { template, serviceName } = statefulSet.spec
    const labels = {
      'statefulset.kubernetes.io/pod-name': podName,
      'apps.kubernetes.io/pod-index': String(action.ordinal),
      [REVISION_LABEL]: shortHash(template),
    }
    const spec = { hostname: podName, ...(serviceName ? { subdomain: serviceName } : {}) }
    await pods.create(podFromTemplate(statefulSet, template, { name: podName, labels, spec }))
    const message = `create Pod ${podName} in StatefulSet ${name} successful`
    record(statefulSet, { type: 'Normal', reason: 'SuccessfulCreate', message })
  }

  async function reconcile(key: string): Promise<undefined> {
    const statefulSet = statefulSets.get(key)
    if (statefulSet === undefined) return
    for (const action of planStatefulSet(observe(statefulSet))) await perform(action, statefulSet)
    await writeStatus(statefulSets, statefulSets.get(key) ?? statefulSet, reportStatefulSet(observe(statefulSet)))
  }

  return {
    name: 'statefulset',
    reconcile,
    triggers: [on(statefulSets, itself), on(pods, ownerKeys('StatefulSet'))],
  }
}
