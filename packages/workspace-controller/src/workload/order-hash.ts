import { createHash } from 'node:crypto'
import type { Order } from '../workspace/order.ts'

/**
 * Identifies what the user ordered. What the catalogue or the renderer adds (image tags, probes, flags) is left out on
 * purpose: a new version must not restart a running model. The prefix names this list of fields.
 */
export function orderHash({ preset, instanceTypes, count, nodeLabels }: Order): string {
  const labels = Object.entries(nodeLabels).sort(([a], [b]) => (a < b ? -1 : 1))
  const fields = JSON.stringify([preset.name, instanceTypes.join(), count, labels])
  return `v1-${createHash('sha256').update(fields).digest('hex').slice(0, 16)}`
}
