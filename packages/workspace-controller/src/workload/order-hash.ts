import { createHash } from 'node:crypto'
import type { Workspace } from '@kaito/api'
import type { NodeOrder, PresetWork, TemplateWork } from '../workspace/order.ts'
import { distinctSorted } from './placement.ts'

interface Ordered<W> {
  workspace: Workspace
  nodes: NodeOrder
  work: W
}

/**
 * Identifies what the user ordered. What the catalogue or the renderer adds (image tags, probes, flags) is left out on
 * purpose: a new version must not restart a running model. The prefix names the first four fields; a later field is there
 * only when it is used, so that an order without it keeps its hash.
 */
export function presetHash({ workspace, nodes, work }: Ordered<PresetWork>, existingNodes: readonly string[]): string {
  const { adapters, mountsAdapters, pullSecrets, image, preset } = work
  const { accessMode } = workspace.inference?.preset ?? {}
  const later = present({
    adapters: adapters.map(({ name, image: from, strength }) => [name, from, strength]),
    mountsAdapters: adapters.length > 0 && mountsAdapters,
    image: accessMode === 'private' && image,
    pullSecrets,
    ...laterFields(workspace, nodes, existingNodes),
  })
  return hash([preset.name, ...nodeFields(nodes), ...later])
}

export function templateHash(
  { workspace, nodes, work }: Ordered<TemplateWork>,
  existingNodes: readonly string[],
): string {
  const later = present(laterFields(workspace, nodes, existingNodes))
  return hash([{ template: sorted(work.template) }, ...nodeFields(nodes), ...later])
}

function nodeFields({ instanceTypes, count, labels }: NodeOrder): unknown[] {
  return [instanceTypes.join(), count, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]
}

/** Of all kinds of model servers. */
function laterFields(workspace: Workspace, { capacityType }: NodeOrder, existingNodes: readonly string[]) {
  return {
    existingNodes: distinctSorted(existingNodes),
    isSpot: capacityType === 'spot',
    timeoutMinutes: workspace.inference?.readiness?.timeoutMinutes ?? false,
  }
}

/** The fields that are used, as one object; nothing when none is. */
function present(fields: Record<string, unknown>): unknown[] {
  const used = Object.entries(fields).filter(([, value]) => value !== false && !(Array.isArray(value) && !value.length))
  return used.length === 0 ? [] : [sorted(Object.fromEntries(used))]
}

/** The same value with the keys of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]))
}

function hash(fields: unknown[]): string {
  return `v1-${createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 16)}`
}
