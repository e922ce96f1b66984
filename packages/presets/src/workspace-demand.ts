import type { Workspace } from '@kaito/api'
import { findPreset } from './catalogue.ts'
import type { Demand } from './fit.ts'

/** The part of a Workspace that the catalogue can judge. */
export type CatalogueQuestion = Pick<Workspace, 'resource' | 'inference' | 'tuning'>

/** A size that the Workspace names, and in which field. */
export interface SizeAsked {
  path: string
  name: string
}

/** The most that `resource.count` can be. */
const MAX_NODES = 16
const NOTHING = { gpus: 0, totalGpuMemoryGiB: 0, perGpuMemoryGiB: 0 }

/** In the order of preference. */
export function sizesAsked({ instanceType, instanceTypes = [] }: CatalogueQuestion['resource']): SizeAsked[] {
  return [
    ...(instanceType === undefined ? [] : [{ path: 'resource.instanceType', name: instanceType }]),
    ...instanceTypes.map((name, index) => ({ path: `resource.instanceTypes[${index}]`, name })),
  ]
}

/** What the nodes must hold; nothing where the catalogue does not know: a pod template, an unknown preset. */
export function demandOf(question: CatalogueQuestion): Demand {
  const { resource, inference, tuning } = question
  if (tuning) {
    const requires = findPreset(tuning.preset.name)?.tuning?.requires ?? NOTHING
    return { subject: 'tuning', requires, nodes: 1 }
  }
  const requires = findPreset(inference?.preset?.name ?? '')?.inference.requires ?? NOTHING
  return { subject: 'the model', requires, nodes: worldSizeOf(question) === undefined ? 1 : resource.count }
}

/** Processes of the model, where several nodes may share them. */
export function worldSizeOf({ inference }: CatalogueQuestion): number | undefined {
  return findPreset(inference?.preset?.name ?? '')?.inference.distributed?.worldSize
}

/** Numbers of nodes over which so many processes can be spread, ascending. */
export function evenNodeCounts(worldSize: number): number[] {
  return Array.from({ length: MAX_NODES }, (_, index) => index + 1).filter((nodes) => worldSize % nodes === 0)
}
