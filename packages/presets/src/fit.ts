import { INSTANCE_TYPES, type InstanceType } from './instance-types.ts'
import type { GpuRequirement } from './preset.ts'

export interface FitQuestion {
  requires: GpuRequirement
  instanceType: InstanceType
  /** Nodes that together hold one copy of the model. */
  nodes: number
}

/** More names would hide the sentence that they end. */
const MAX_NAMED = 5

/** Undefined when the model fits; otherwise the arithmetic that fails and the sizes that would do, smallest first. */
export function misfit(question: FitQuestion): string | undefined {
  const shortage = shortageOf(question)
  if (shortage === undefined) return undefined
  const fitting = INSTANCE_TYPES.filter((instanceType) => !instanceType.retired)
    .filter((instanceType) => shortageOf({ ...question, instanceType }) === undefined)
    .sort((a, b) => totalMemoryGiB(a) - totalMemoryGiB(b) || a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map(({ name }) => name)
  const more = fitting.length > MAX_NAMED ? ` and ${fitting.length - MAX_NAMED} larger` : ''
  const named = fitting.slice(0, MAX_NAMED).join(', ')
  return `${shortage}; ${named ? `sizes that fit: ${named}${more}` : 'no known size fits'}`
}

function shortageOf({ requires, instanceType, nodes }: FitQuestion): string | undefined {
  const { name, gpus, memoryPerGpuGiB } = instanceType
  const has = `${nodes} x ${name}`
  if (nodes * gpus < requires.gpus) {
    return `the model needs ${requires.gpus} GPUs, ${has} have ${nodes} x ${gpus} = ${nodes * gpus}`
  }
  const total = nodes * totalMemoryGiB(instanceType)
  if (total < requires.totalGpuMemoryGiB) {
    return `the model needs ${requires.totalGpuMemoryGiB} GiB of GPU memory, ${has} have ${nodes} x ${gpus} x ${memoryPerGpuGiB} = ${total} GiB`
  }
  if (memoryPerGpuGiB < requires.perGpuMemoryGiB) {
    return `the model needs ${requires.perGpuMemoryGiB} GiB of memory on each GPU, those of ${name} have ${memoryPerGpuGiB} GiB`
  }
  return undefined
}

function totalMemoryGiB({ gpus, memoryPerGpuGiB }: InstanceType): number {
  return gpus * memoryPerGpuGiB
}
