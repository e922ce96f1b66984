import { createHash } from 'node:crypto'
import type { TuningOrder } from './tuning-order.ts'

/**
 * Identifies what the user ordered. What the catalogue, the installation or the renderer adds (image tags, tools, the
 * content of the settings) is left out. The prefix names this list of fields.
 */
export function tuningHash({ workspace, nodes, work }: TuningOrder): string {
  const labels = Object.entries(nodes.labels).sort(([a], [b]) => (a < b ? -1 : 1))
  const { preset, method, configName, input, output } = work
  const ownImage = workspace.tuning?.preset.accessMode === 'private' ? work.image : null
  const data = 'image' in input ? { image: input.image } : { urls: input.urls }
  const fields = [preset.name, ownImage, nodes.instanceTypes.join(), labels, method, configName ?? null, data]
  const text = JSON.stringify([...fields, output.image, output.pushSecret])
  return `tuning-v1-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}
