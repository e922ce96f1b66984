import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { Job, PodSpec, Service } from '@kaito/controller-kit'
import type { TuningWork } from '../../workspace/order.ts'
import { ORDER_HASH_ANNOTATION } from '../order-hash-annotation.ts'
import { ownedMetadata } from '../ownership.ts'
import { placement } from '../placement.ts'
import { NOBODY } from '../restricted.ts'
import { SERVICE_PORTS } from '../service-ports.ts'
import { packerContainer, pusherContainer, sourceContainer, trainerContainer } from './containers.ts'
import type { TrainingConfig } from './training-config.ts'
import { tuningHash } from './tuning-hash.ts'
import type { TuningOrder } from './tuning-order.ts'
import { CONFIG_ANNOTATION, tuningVolumes } from './volumes.ts'

/** How often a training begins anew because its Pod was lost. */
const MOST_RESTARTS = 3

/** As long as AKS may take to repair a node: a training that is taken away earlier begins again from the start. */
const SILENCE_SECONDS = 3600
const SILENT_NODE = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists' as const,
  effect: 'NoExecute',
  tolerationSeconds: SILENCE_SECONDS,
}))

export interface TuningContext {
  /** Names of nodes that stood before the Workspace and serve it. */
  existingNodes: readonly string[]
  /** A tuning has always some; the type is that of what other workloads go without. */
  trainingConfig?: TrainingConfig | undefined
}

/**
 * One Pod that loads the data, trains, packs the result and pushes it, one after the other. Throws without the settings
 * of the training.
 */
export function tuningJob(order: TuningOrder, { existingNodes, trainingConfig }: TuningContext): Job & { kind: 'Job' } {
  if (!trainingConfig) throw new Error('a tuning cannot be rendered before its settings are read')
  const labels = { [WORKSPACE_LABEL]: order.workspace.metadata.name }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...ownedMetadata(order.workspace), annotations: { [ORDER_HASH_ANNOTATION]: tuningHash(order) } },
    spec: {
      backoffLimit: MOST_RESTARTS,
      // A second Pod beside one that still ends would wait for the GPUs of the first.
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          // A Pod that was taken away can do better next time; a program that failed fails again, at the price of a training.
          { action: 'Count', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
        ],
      },
      template: {
        metadata: { labels, annotations: { [CONFIG_ANNOTATION]: trainingConfig.text } },
        spec: podSpec(order, existingNodes, trainingConfig),
      },
    },
  }
}

function podSpec(
  { workspace, nodes, work }: TuningOrder,
  existingNodes: readonly string[],
  { outputDir }: TrainingConfig,
): PodSpec {
  const { affinity, tolerations } = placement(workspace, nodes, existingNodes)
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    // The trainer writes as root what the tools read; the group of the volumes is theirs.
    securityContext: { fsGroup: NOBODY },
    ...(work.pullSecrets.length > 0 && { imagePullSecrets: work.pullSecrets.map((name) => ({ name })) }),
    initContainers: [
      sourceContainer(work),
      trainerContainer(work, nodes.gpusPerNode, outputDir),
      packerContainer(work, outputDir),
    ],
    containers: [pusherContainer(work)],
    volumes: tuningVolumes(work),
    tolerations: [...tolerations, ...SILENT_NODE],
    affinity,
  }
}

/** For the metrics of the training: the trainer is an init container, so its Pod is not ready while it runs. */
export function tuningService(workspace: Workspace, { isExposed }: Pick<TuningWork, 'isExposed'>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(workspace),
    spec: {
      type: isExposed ? 'LoadBalancer' : 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: { [WORKSPACE_LABEL]: workspace.metadata.name },
      ports: SERVICE_PORTS,
    },
  }
}
