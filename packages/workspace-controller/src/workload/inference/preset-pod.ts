import type { Workspace } from '@kaito/api'
import type { Container, PodSpec } from '@kaito/controller-kit'
import { type PresetContainerOptions, presetContainer } from '@kaito/presets'
import type { NodeOrder, PresetWork } from '../../workspace/order.ts'
import { placement } from '../placement.ts'
import { adapterParts } from './adapters.ts'

export interface PresetOrder {
  workspace: Workspace
  nodes: NodeOrder
  work: PresetWork
}

export interface PodPlace {
  existingNodes: readonly string[]
  /** Where several nodes share the model. */
  spread?: PresetContainerOptions['spread']
  env?: Container['env']
}

/**
 * A model server that fills its node. Fields that an order does not use are left out, so that a Deployment of an earlier
 * version stays as it is.
 */
export function presetPod(order: PresetOrder, place: PodPlace): PodSpec {
  const { workspace, nodes, work } = order
  const { initContainers, volumes, volumeMounts, env } = adapterParts(work)
  const isShared = work.preset.inference.distributed !== undefined
  const shared = isShared ? [{ name: 'dshm', mountPath: '/dev/shm' }] : []
  // Without a limit: the node is this Pod's alone, and a collective that finds too little memory ends the model.
  const sharedVolumes = isShared ? [{ name: 'dshm', emptyDir: { medium: 'Memory' } }] : []
  return {
    automountServiceAccountToken: false,
    ...unlessEmpty(
      'imagePullSecrets',
      work.pullSecrets.map((name) => ({ name })),
    ),
    ...unlessEmpty('initContainers', initContainers),
    containers: [
      {
        ...container(order, place),
        ...unlessEmpty('env', [...(place.env ?? []), ...env]),
        ...unlessEmpty('volumeMounts', [...shared, ...volumeMounts]),
      },
    ],
    ...unlessEmpty('volumes', [...sharedVolumes, ...volumes]),
    ...placement(workspace, nodes, place.existingNodes),
  }
}

function container({ workspace, nodes, work }: PresetOrder, { spread }: PodPlace): Container {
  return presetContainer({
    name: workspace.metadata.name,
    preset: work.preset,
    image: work.image,
    gpus: nodes.gpusPerNode,
    timeoutMinutes: work.readiness.timeoutMinutes,
    ...(spread && { spread }),
  })
}

function unlessEmpty<K extends string, T>(field: K, items: T[]): Partial<Record<K, T[]>> {
  const present: Partial<Record<K, T[]>> = {}
  if (items.length > 0) present[field] = items
  return present
}
