import type { Workspace } from '@kaito/api'
import type { Service } from '@kaito/controller-kit'
import type { Order } from '../workspace/order.ts'
import { presetDeployment } from './inference/preset-deployment.ts'
import { headlessService, presetService } from './inference/preset-services.ts'
import { presetStatefulSet } from './inference/preset-stateful-set.ts'
import { templateDeployment } from './inference/template-deployment.ts'
import { templateServices } from './inference/template-services.ts'
import { tuningJob, tuningService } from './tuning/job.ts'
import type { TrainingConfig } from './tuning/training-config.ts'
import { type Workload, workloadKind } from './workload.ts'

/** What is found out in the cluster before a workload is rendered. */
interface RenderContext {
  /** Names of nodes that were there before and were chosen for this Workspace. */
  existingNodes: string[]
  /** Of a tuning. */
  trainingConfig?: TrainingConfig | undefined
}

/** The same object for the same order, whatever order its labels and the chosen nodes come in. */
export function renderWorkload(workspace: Workspace, order: Order, context: RenderContext): Workload {
  const { nodes, work } = order
  if (work.kind === 'tuning') return tuningJob({ workspace, nodes, work }, context)
  if (work.kind === 'template')
    return { ...templateDeployment({ workspace, nodes, work }, context), kind: 'Deployment' }
  return workloadKind(order) === 'StatefulSet'
    ? { ...presetStatefulSet({ workspace, nodes, work }, context), kind: 'StatefulSet' }
    : { ...presetDeployment({ workspace, nodes, work }, context), kind: 'Deployment' }
}

/** Its Services, which need nothing from the cluster. */
export function renderServices(workspace: Workspace, { work }: Order): Service[] {
  if (work.kind === 'tuning') return [tuningService(workspace, work)]
  if (work.kind === 'template') return templateServices(workspace, work)
  const service = presetService(workspace, work)
  return work.preset.inference.distributed ? [service, headlessService(workspace)] : [service]
}
