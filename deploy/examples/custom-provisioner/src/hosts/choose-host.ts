import { CLAIM_UID_LABEL } from '@kaito/api'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import type { Node } from '@kaito/controller-kit'
import type { Assignments } from '../assignments/assignment.ts'
import type { Host } from '../inventory/host.ts'
import type { Inventory } from '../inventory/inventory.ts'

interface World {
  inventory: Inventory
  assignments: Assignments
  /** The Node of a host; undefined while it has not joined. */
  nodeOf(host: string): Node | undefined
}

/** A free host is looked for again that often: people give and take them without a word. */
const LOOK_AGAIN_MS = 30_000
const NAMED = 5

/**
 * The host to take: one whose Node is ready, else one that has not joined yet, else any free one.
 *
 * @throws CloudError that says why there is none.
 */
export function chooseHost(spec: InstanceSpec, world: World): Host {
  const { instanceType, zone } = spec
  const ofSize = world.inventory.hosts.filter((host) => host.instanceType === instanceType)
  const fitting = ofSize.filter((host) => zone === undefined || host.zone === zone)
  if (fitting.length === 0) throw refusal('SkuNotAvailable', spec, noSuchHost(spec, world, ofSize.length > 0))
  const free = fitting.filter((host) => obstacle(host, world) === undefined)
  const [best] = free.toSorted((a, b) => rank(a, world) - rank(b, world))
  if (best) return best
  const why = fitting.map((host) => `${host.name} ${obstacle(host, world)}`)
  const shown = [...why.slice(0, NAMED), ...(why.length > NAMED ? [`${why.length - NAMED} more`] : [])]
  throw refusal('NoCapacity', spec, `no host of ${instanceType} is free: ${shown.join(', ')}`)
}

function rank({ name }: Host, { nodeOf }: World): number {
  const node = nodeOf(name)
  if (!node) return 1
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ? 0 : 2
}

/** Why the host is not free. */
function obstacle({ name }: Host, { assignments, nodeOf }: World): string | undefined {
  const assignment = assignments.get(name)
  if (assignment) {
    if (assignment.claimUid === undefined) return `is held back (${assignment.instance})`
    return assignment.phase === 'ending' ? `is being given back by ${assignment.instance}` : `is ${assignment.instance}`
  }
  const node = nodeOf(name)
  if (node?.metadata.deletionTimestamp !== undefined) return 'has a Node that is being deleted'
  if (node?.spec?.unschedulable) return 'is cordoned'
  return node?.metadata.labels?.[CLAIM_UID_LABEL] === undefined ? undefined : 'has a Node that is of another claim'
}

function noSuchHost({ instanceType, zone }: InstanceSpec, { inventory }: World, hasSize: boolean): string {
  if (hasSize) return `the inventory has no host of ${instanceType} in zone ${zone}`
  const sizes = [...new Set(inventory.hosts.map((host) => host.instanceType))].sort()
  const faults = inventory.faults.length > 0 ? `; left out: ${inventory.faults.join('; ')}` : ''
  return `the inventory has no host of ${instanceType}, it has ${sizes.join(', ') || 'none at all'}${faults}`
}

function refusal(reason: 'SkuNotAvailable' | 'NoCapacity', spec: InstanceSpec, message: string): CloudError {
  const { instanceType, zone, capacityType } = spec
  return new CloudError(reason, message, {
    choice: { instanceType, zone, capacityType },
    retryAfterMs: LOOK_AGAIN_MS,
    remedy:
      reason === 'NoCapacity'
        ? 'Delete a claim that is not needed, or add a host to the inventory'
        : 'Ask for a size that is there, or add such a host to the inventory',
  })
}
