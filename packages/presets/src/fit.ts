import { type Cloud, INSTANCE_TYPES, type InstanceType, totalGpuMemoryGiB } from './instance-types.ts'
import type { GpuRequirement } from './preset.ts'

/** What has to find room on nodes. */
export interface Demand {
  /** What the sentences of an answer speak of. */
  subject: 'the model' | 'tuning'
  requires: GpuRequirement
  /** Nodes that hold it together. */
  nodes: number
}

/** More names would hide the sentence that they end. */
const MAX_NAMED = 5

/** The arithmetic that fails, memory in GiB; undefined where that many nodes of the size have room. */
export function shortageOf({ subject, requires, nodes }: Demand, instanceType: InstanceType): string | undefined {
  const { name, gpus, memoryPerGpuGiB } = instanceType
  const has = `${nodes} x ${name}`
  if (nodes * gpus < requires.gpus) {
    return `${subject} needs ${requires.gpus} GPUs, ${has} have ${nodes} x ${gpus} = ${nodes * gpus}`
  }
  const total = nodes * totalGpuMemoryGiB(instanceType)
  if (total < requires.totalGpuMemoryGiB) {
    return `${subject} needs ${requires.totalGpuMemoryGiB} GiB of GPU memory, ${has} have ${nodes} x ${gpus} x ${memoryPerGpuGiB} = ${total} GiB`
  }
  if (memoryPerGpuGiB < requires.perGpuMemoryGiB) {
    return `${subject} needs ${requires.perGpuMemoryGiB} GiB of memory on each GPU, those of ${name} have ${memoryPerGpuGiB} GiB`
  }
  return undefined
}

/** Sizes of the cloud that have room and can be had, smallest first. */
export function fittingSizes(demand: Demand, cloud: Cloud): InstanceType[] {
  return INSTANCE_TYPES.filter(
    (type) => type.cloud === cloud && type.usable === 'yes' && !type.retired && shortageOf(demand, type) === undefined,
  )
}

/** The end of a sentence: the smallest sizes that would do. */
export function sizesThatFit(demand: Demand, cloud: Cloud): string {
  const names = fittingSizes(demand, cloud).map(({ name }) => name)
  if (names.length === 0) return 'no known size fits'
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} larger` : ''
  return `sizes that fit: ${names.slice(0, MAX_NAMED).join(', ')}${more}`
}
