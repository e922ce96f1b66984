import { isDeepStrictEqual } from 'node:util'
import { keyOfObject } from '../../object-address.ts'
import type { Node } from '../../objects/node.ts'
import type { DaemonSet } from '../../objects/workloads.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { generatedName, podFromTemplate } from '../pod-from-template.ts'
import { shortHash } from '../template-hash.ts'
import { writeStatus } from '../write-status.ts'
import { type DaemonSetAction, daemonPodSpec, planDaemonSet, REVISION_LABEL } from './plan.ts'
import { reportDaemonSet } from './report.ts'

export function createDaemonSetController({ stores, record, random }: ControllerContext): Controller {
  const { daemonSets, nodes, pods } = stores

  function observe(daemonSet: DaemonSet) {
    const owned = pods.byIndex('owner', daemonSet.metadata.uid ?? '')
    return { daemonSet, nodes: nodes.list(), pods: owned, revision: shortHash(daemonSet.spec.template) }
  }

  async function perform(action: DaemonSetAction, daemonSet: DaemonSet, revision: string): Promise<void> {
    if (action.do === 'delete') {
      await pods.delete(action.pod)
      const message = `Deleted pod: ${action.pod.metadata.name}`
      return record(daemonSet, { type: 'Normal', reason: 'SuccessfulDelete', message })
    }
    const name = generatedName(daemonSet.metadata.name, random)
    const labels = { [REVISION_LABEL]: revision }
    const spec = daemonPodSpec(daemonSet, action.nodeName)
    await pods.create(podFromTemplate(daemonSet, daemonSet.spec.template, { name, labels, spec }))
    record(daemonSet, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` })
  }

  async function reconcile(key: string): Promise<undefined> {
    const daemonSet = daemonSets.get(key)
    if (daemonSet === undefined) return
    const seen = observe(daemonSet)
    for (const action of planDaemonSet(seen)) await perform(action, daemonSet, seen.revision)
    await writeStatus(daemonSets, daemonSets.get(key) ?? daemonSet, reportDaemonSet(observe(daemonSet)))
  }

  return {
    name: 'daemonset',
    reconcile,
    triggers: [
      on(daemonSets, itself),
      on(pods, ownerKeys('DaemonSet')),
      on(nodes, (now, before) => (attractsTheSame(now, before) ? [] : daemonSets.list().map(keyOfObject))),
    ],
  }
}

function attractsTheSame(now: Node | undefined, before: Node | undefined): boolean {
  if (now === undefined || before === undefined) return false
  return (
    isDeepStrictEqual(now.metadata.labels, before.metadata.labels) &&
    isDeepStrictEqual(now.spec?.taints, before.spec?.taints)
  )
}
