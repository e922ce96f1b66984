import { timestamp } from '../../cluster-clock.ts'
import { isTaken } from '../../objects/api-refusals.ts'
import { controllerReference } from '../../objects/owner.ts'
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { sameTemplate, shortHash } from '../template-hash.ts'
import { writeStatus } from '../write-status.ts'
import { type DeploymentAction, type ObservedDeployment, planDeployment, REVISION } from './plan.ts'
import { reportDeployment } from './report.ts'

const HASH_LABEL = 'pod-template-hash'

export function createDeploymentController(context: ControllerContext): Controller {
  const { deployments, replicaSets, pods } = context.stores

  async function perform(action: DeploymentAction, { deployment, current }: ObservedDeployment): Promise<void> {
    switch (action.do) {
      case 'create':
        await createReplicaSet(context, deployment, action)
        return tellScaling(context, deployment, { up: true, to: action.replicas, from: 0, name: nameOf(deployment) })
      case 'scale': {
        const from = action.replicaSet.spec.replicas ?? 1
        await replicaSets.patch(action.replicaSet, { spec: { replicas: action.replicas } })
        const name = action.replicaSet.metadata.name
        return tellScaling(context, deployment, { up: action.replicas > from, to: action.replicas, from, name })
      }
      case 'setRevision': {
        const annotations = { [REVISION]: String(action.revision) }
        if (current) await replicaSets.patch(current, { metadata: { annotations } })
        return
      }
      case 'delete':
        return replicaSets.delete(action.replicaSet)
    }
  }

  async function reconcile(key: string): Promise<number | undefined> {
    const deployment = deployments.get(key)
    if (deployment === undefined) return undefined
    const seen = observe(context.stores, deployment)
    for (const action of planDeployment(seen)) await perform(action, seen)
    const after = observe(context.stores, deployment)
    const report = reportDeployment(after, timestamp(context.clock.now()))
    const revision = after.current?.metadata.annotations?.[REVISION]
    if (revision !== undefined && deployment.metadata.annotations?.[REVISION] !== revision) {
      await deployments.patch(deployment, { metadata: { annotations: { [REVISION]: revision } } })
    }
    await writeStatus(deployments, deployments.get(key) ?? deployment, report.status)
    return report.revisitMs
  }

  return {
    name: 'deployment',
    reconcile,
    triggers: [
      on(deployments, itself),
      on(replicaSets, ownerKeys('Deployment')),
      // A replacement waits until the last pod of what it replaces is gone.
      on(pods, (now, before) => {
        const [replicaSet] = now === undefined ? ownerKeys('ReplicaSet')(before) : []
        return ownerKeys('Deployment')(replicaSets.get(replicaSet ?? ''))
      }),
    ],
  }
}

function observe({ replicaSets, pods }: ControllerContext['stores'], deployment: Deployment): ObservedDeployment {
  const owned = replicaSets
    .byIndex('owner', deployment.metadata.uid ?? '')
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
  const current = owned.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template, HASH_LABEL))
  const old = owned.filter((replicaSet) => replicaSet !== current)
  const oldPods = old.flatMap(({ metadata }) => pods.byIndex('owner', metadata.uid ?? ''))
  return { deployment, current, old, oldPods }
}

function nameOf(deployment: Deployment): string {
  return `${deployment.metadata.name}-${shortHash(deployment.spec.template)}`
}

async function createReplicaSet(
  { stores }: ControllerContext,
  deployment: Deployment,
  { replicas, revision }: { replicas: number; revision: number },
): Promise<void> {
  const { namespace } = deployment.metadata
  const { template } = deployment.spec
  const label = { [HASH_LABEL]: shortHash(template) }
  const replicaSet: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: nameOf(deployment),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, ...label },
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: {
        ...deployment.spec.selector,
        matchLabels: { ...deployment.spec.selector.matchLabels, ...label },
      },
      template: { ...template, metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...label } } },
    },
  }
  await stores.replicaSets.create(replicaSet).catch((error: unknown) => {
    if (!isTaken(error)) throw error
  })
}

function tellScaling(
  { record }: ControllerContext,
  deployment: Deployment,
  { up, to, from, name }: { up: boolean; to: number; from: number; name: string },
): void {
  const message = `Scaled ${up ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`
  record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
}
