import { PRESETS } from './catalogue.ts'
import { type Demand, fittingSizes } from './fit.ts'
import { type Cloud, INSTANCE_TYPES, type InstanceType } from './instance-types.ts'
import type { GpuRequirement, Preset } from './preset.ts'
import { evenNodeCounts } from './workspace-demand.ts'

const INTRODUCTION = `# Presets and GPU sizes

What a Workspace can name in \`preset.name\`, \`resource.instanceType\` and \`resource.instanceTypes\`. A size that is too small
is refused with the arithmetic and the sizes that fit, before anything is bought; to tune on one is only advised against.`

const ABOUT_PRESETS = `## Presets

Memory is GPU memory in all, and on each GPU where that matters. Where a model can be spread, \`resource.count\` nodes hold
it together; elsewhere each node holds a whole copy. The last columns name the least that is sold today: for one node, and
for the most nodes the model can be spread over.

An image with public access comes from \`presetRegistryName\`; with private access it is one of your own, in
\`preset.presetOptions.image\`, and the licence is between you and whoever gave you the model.`

const ABOUT_SIZES = `## GPU sizes

Azure compares names without regard to case. Sizes of AWS are known for nodes that other provisioners make. A retired size
is ordered as it is written, with a warning.`

/** Text of docs/presets.md: the catalogue for people. */
export function cataloguePage(): string {
  const sizes = (cloud: Cloud) => INSTANCE_TYPES.filter((type) => type.cloud === cloud).map(sizeRow)
  const sizeTitles = ['size', 'GPUs', 'memory of each', 'model', 'compute capability', 'status']
  const presetTitles = ['preset', 'family', 'access', 'licence', 'GPUs', 'memory', 'disk', 'nodes', 'tuning needs']
  const parts = [
    INTRODUCTION,
    ABOUT_PRESETS,
    table([...presetTitles, 'least in Azure', 'least in AWS'], PRESETS.map(presetRow)),
    ABOUT_SIZES,
    '### Azure',
    table(sizeTitles, sizes('azure')),
    '### AWS',
    table(sizeTitles, sizes('aws')),
  ]
  return `${parts.join('\n\n')}\n`
}

function presetRow(preset: Preset): string[] {
  const { name, family, image, licence, diskGiB, inference, tuning } = preset
  const { distributed, requires } = inference
  return [
    `\`${name}\``,
    family,
    image.access,
    licence,
    String(requires.gpus),
    memory(requires),
    `${diskGiB} GiB`,
    distributed ? evenNodeCounts(distributed.worldSize).join(', ') : 'a copy on each',
    tuning ? `${gpuNumber(tuning.requires.gpus)}, ${memory(tuning.requires)}, ${tuning.diskGiB} GiB of disk` : '–',
    leastSizes(preset, 'azure'),
    leastSizes(preset, 'aws'),
  ]
}

function leastSizes({ inference: { requires, distributed } }: Preset, cloud: Cloud): string {
  const nodeCounts = distributed ? [1, Math.max(...evenNodeCounts(distributed.worldSize))] : [1]
  const named = nodeCounts.flatMap((nodes) => {
    const demand: Demand = { subject: 'the model', requires, nodes }
    return fittingSizes(demand, cloud)
      .slice(0, 1)
      .map(({ name }) => (nodes === 1 ? `\`${name}\`` : `${nodes} x \`${name}\``))
  })
  return named.join(', ')
}

function memory({ totalGpuMemoryGiB, perGpuMemoryGiB, gpus }: GpuRequirement): string {
  const isSaid = perGpuMemoryGiB === 0 || (gpus === 1 && perGpuMemoryGiB === totalGpuMemoryGiB)
  return `${totalGpuMemoryGiB} GiB${isSaid ? '' : `, ${perGpuMemoryGiB} on each`}`
}

function gpuNumber(gpus: number): string {
  return gpus === 1 ? '1 GPU' : `${gpus} GPUs`
}

function sizeRow(type: InstanceType): string[] {
  const { name, gpus, share, memoryPerGpuGiB, gpuModel, generation, computeCapability } = type
  return [
    `\`${name}\``,
    share === undefined ? String(gpus) : `1 (${share} of one)`,
    `${memoryPerGpuGiB} GiB`,
    `${gpuModel} (${generation})`,
    computeCapability ?? '–',
    status(type),
  ]
}

function status({ usable, retired }: InstanceType): string {
  const isRetired = retired && `retired on ${retired.on}, take \`${retired.successor}\``
  if (usable === 'yes') return isRetired ?? 'current'
  const isNotServed = usable === 'amd' ? 'not served: AMD GPUs' : 'not served: Arm processors'
  return isRetired ? `${isNotServed}; ${isRetired}` : isNotServed
}

function table(titles: string[], rows: string[][]): string {
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
