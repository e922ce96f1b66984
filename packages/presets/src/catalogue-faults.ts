import { findPreset, presetNames, tunablePresetNames } from './catalogue.ts'
import { type Demand, shortageOf, sizesThatFit } from './fit.ts'
import { cloudOf, findInstanceType, type InstanceType } from './instance-types.ts'
import {
  type CatalogueQuestion,
  demandOf,
  evenNodeCounts,
  type SizeAsked,
  sizesAsked,
  worldSizeOf,
} from './workspace-demand.ts'

/** Why a Workspace cannot be served, as far as that takes the catalogue to know. */
export interface CatalogueFault {
  /** Field of the Workspace, such as `resource.instanceTypes[1]`. */
  path: string
  reason: 'UnknownPreset' | 'UnknownInstanceType' | 'InstanceTypeTooSmall' | 'InvalidRequest'
  message: string
}

const UNUSABLE = {
  amd: 'has AMD GPUs, and only NVIDIA GPUs are served',
  arm64: 'has Arm processors, and only amd64 is served',
}

/**
 * Every fault of a Workspace against the catalogue, none when it may be served. The admission policy says the same; tuning
 * on too small a size is advised against, not refused.
 */
export function catalogueFaults(question: CatalogueQuestion): CatalogueFault[] {
  return [
    ...presetFaults(question),
    ...spreadFaults(question),
    ...sizesAsked(question.resource).flatMap((size) => sizeFault(size, question) ?? []),
  ]
}

function presetFaults({ inference, tuning }: CatalogueQuestion): CatalogueFault[] {
  return [
    ...(inference?.preset ? imageFaults('inference.preset', inference.preset, presetNames()) : []),
    ...(tuning ? imageFaults('tuning.preset', tuning.preset, tunablePresetNames()) : []),
    ...(tuning ? tuningFaults(tuning.preset.name) : []),
  ]
}

function imageFaults(field: string, asked: { name: string; accessMode: string }, names: string[]): CatalogueFault[] {
  const { name, accessMode } = asked
  const preset = findPreset(name)
  if (!preset) {
    const message = `there is no preset "${name}"; use one of: ${names.join(', ')}`
    return [{ path: `${field}.name`, reason: 'UnknownPreset', message }]
  }
  if (preset.image.access === 'public' || accessMode === 'private') return []
  const message = `preset ${name} has no public image; write private here and name an image of your own in presetOptions.image`
  return [{ path: `${field}.accessMode`, reason: 'InvalidRequest', message }]
}

function tuningFaults(name: string): CatalogueFault[] {
  const preset = findPreset(name)
  if (!preset || preset.tuning) return []
  const message = `preset ${name} cannot be tuned; use one of: ${tunablePresetNames().join(', ')}`
  return [{ path: 'tuning.preset.name', reason: 'InvalidRequest', message }]
}

function spreadFaults(question: CatalogueQuestion): CatalogueFault[] {
  const { count } = question.resource
  const worldSize = worldSizeOf(question)
  if (worldSize === undefined || worldSize % count === 0) return []
  const even = evenNodeCounts(worldSize)
  const counts = `${even.slice(0, -1).join(', ')} or ${even.at(-1)}`
  const message = `${worldSize} processes cannot be spread evenly over ${count} nodes; use ${counts}`
  return [{ path: 'resource.count', reason: 'InvalidRequest', message }]
}

function sizeFault({ path, name }: SizeAsked, question: CatalogueQuestion): CatalogueFault | undefined {
  const demand = demandOf(question)
  const options = sizesThatFit(demand, cloudOf(name))
  const type = findInstanceType(name)
  if (!type) {
    const message = `"${name}" is not a known size with NVIDIA GPUs; ${options}`
    return { path, reason: 'UnknownInstanceType', message }
  }
  if (type.usable !== 'yes') {
    return { path, reason: 'UnknownInstanceType', message: `${type.name} ${UNUSABLE[type.usable]}; ${options}` }
  }
  const shortage = question.tuning ? undefined : shortageOf(demand, type)
  if (shortage === undefined) return undefined
  const reason = 'InstanceTypeTooSmall'
  const count = largerCount(worldSizeOf(question), demand, type)
  if (count === undefined) return { path, reason, message: `${shortage}; ${options}` }
  return { path: 'resource.count', reason, message: `${shortage}; use ${count} nodes or another size; ${options}` }
}

/** The least number of nodes of this size, above those asked for, that the model fits on. */
function largerCount(worldSize: number | undefined, demand: Demand, type: InstanceType): number | undefined {
  if (worldSize === undefined) return undefined
  return evenNodeCounts(worldSize).find(
    (nodes) => nodes > demand.nodes && shortageOf({ ...demand, nodes }, type) === undefined,
  )
}
