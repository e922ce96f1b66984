import type { Workspace } from '@kaito/api'
import { findPreset, type InstanceType, presetNames } from '@kaito/presets'

/** A field that the API takes and that this version does not serve. */
interface Unserved {
  path: string
  /** Why, and what to do instead. */
  message: string
}

interface Row extends Unserved {
  isUsed: boolean
}

const WITHOUT = 'create the Workspace without it'
/** Served on one node each, by an image that anybody can pull. */
const SERVED_PRESETS = presetNames().filter((name) => {
  const preset = findPreset(name)
  return preset?.image.access === 'public' && !preset.inference.distributed
})
const INSTEAD = `create the Workspace with one of these under inference.preset.name: ${SERVED_PRESETS.join(', ')}`

/** The first such field; undefined when all that is asked for is served. `sizes` are those asked for. */
export function unserved(
  { resource, inference, tuning }: Workspace,
  sizes: readonly InstanceType[],
): Unserved | undefined {
  return [...workloadRows({ inference, tuning }), ...resourceRows(resource, sizes)].find(({ isUsed }) => isUsed)
}

function workloadRows({ inference, tuning }: Pick<Workspace, 'inference' | 'tuning'>): Row[] {
  const { accessMode, name = '' } = inference?.preset ?? {}
  return [
    {
      path: 'tuning',
      isUsed: tuning !== undefined,
      message: `models are not tuned by this version; ${INSTEAD}`,
    },
    {
      path: 'inference.template',
      isUsed: inference?.template !== undefined,
      message: `model servers of your own are not run by this version; ${INSTEAD}`,
    },
    {
      path: 'inference.adapters',
      isUsed: (inference?.adapters ?? []).length > 0,
      message: `adapters are not added by this version; ${WITHOUT}`,
    },
    {
      path: 'inference.preset.name',
      isUsed: findPreset(name)?.inference.distributed !== undefined,
      message: `${name} spans several nodes, which this version does not serve; ${INSTEAD}`,
    },
    {
      path: 'inference.preset.accessMode',
      isUsed: accessMode === 'private',
      message: `images of your own are not run by this version; ${INSTEAD}`,
    },
  ]
}

function resourceRows(resource: Workspace['resource'], sizes: readonly InstanceType[]): Row[] {
  const { preferredNodes = [], capacityType, nodeClassRef, existingNodes, allOrNothing } = resource
  const gpus = sizes.map((size) => `${size.name} has ${size.gpus}`).join(', ')
  return [
    {
      path: 'resource.preferredNodes',
      isUsed: preferredNodes.length > 0,
      message: `nodes that exist are not used by this version, each one is new; ${WITHOUT}`,
    },
    {
      path: 'resource.instanceTypes',
      isUsed: new Set(sizes.map((size) => size.gpus)).size > 1,
      message: `a model server takes all GPUs of its node, so only sizes with the same number of them can stand in for each other; of these, ${gpus}; create the Workspace with equal ones`,
    },
    {
      path: 'resource.capacityType',
      isUsed: capacityType === 'spot',
      message: 'spot nodes are not asked for by this version; create the Workspace with "on-demand"',
    },
    {
      path: 'resource.nodeClassRef',
      isUsed: nodeClassRef !== undefined,
      message: `classes of nodes are not asked for by this version; ${WITHOUT}`,
    },
    {
      path: 'resource.existingNodes',
      isUsed: existingNodes === 'Prefer',
      message: 'nodes that exist are not used by this version, each one is new; create the Workspace with "Never"',
    },
    {
      path: 'resource.allOrNothing',
      isUsed: allOrNothing === true,
      message: `nodes are asked for one by one by this version; ${WITHOUT}`,
    },
  ]
}
