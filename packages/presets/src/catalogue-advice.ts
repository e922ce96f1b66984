import { shortageOf, sizesThatFit } from './fit.ts'
import { findInstanceType, type InstanceType } from './instance-types.ts'
import { type CatalogueQuestion, demandOf, evenNodeCounts, sizesAsked, worldSizeOf } from './workspace-demand.ts'

export interface CatalogueAdvice {
  /** Field of the Workspace. */
  path: string
  message: string
}

/** What its user should know about a Workspace that is served all the same. */
export function catalogueAdvice(question: CatalogueQuestion): CatalogueAdvice[] {
  return [...sizeAdvice(question), ...countAdvice(question)]
}

function sizeAdvice(question: CatalogueQuestion): CatalogueAdvice[] {
  const demand = demandOf(question)
  return sizesAsked(question.resource).flatMap(({ path, name }) => {
    const type = findInstanceType(name)
    if (type?.usable !== 'yes') return []
    const shortage = question.tuning ? shortageOf(demand, type) : undefined
    return [
      ...(type.retired ? [{ path, message: retirementAdvice(type.name, type.retired) }] : []),
      ...(shortage === undefined
        ? []
        : [{ path, message: `${shortage}, so it may fail; ${sizesThatFit(demand, type.cloud)}` }]),
    ]
  })
}

function retirementAdvice(name: string, { on, successor }: NonNullable<InstanceType['retired']>): string {
  return `${name} is retired as of ${on}; if the cloud refuses it, create the Workspace with ${successor}`
}

function countAdvice(question: CatalogueQuestion): CatalogueAdvice[] {
  const { count } = question.resource
  const worldSize = worldSizeOf(question)
  const types = sizesAsked(question.resource).flatMap(({ name }) => findInstanceType(name) ?? [])
  if (worldSize === undefined || types.length === 0) return []
  const demand = demandOf(question)
  const enough = evenNodeCounts(worldSize).find((nodes) =>
    types.every((type) => shortageOf({ ...demand, nodes }, type) === undefined),
  )
  if (enough === undefined || enough >= count) return []
  const message = `the model fits on ${enough} of these ${count} nodes; a Workspace with resource.count ${enough} costs less`
  return [{ path: 'resource.count', message }]
}
