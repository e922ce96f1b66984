import {
  CAPACITY_TYPE_LABEL,
  GPU_RESOURCE,
  INSTANCE_TYPE_LABEL,
  quantityValue,
  WORKSPACE_LABEL,
  WORKSPACE_NAMESPACE_LABEL,
} from '@kaito/api'
import type { Node, Toleration } from '@kaito/controller-kit'
import type { NodeRequest } from '../node-provisioner.ts'

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]

/** On every spot node of AKS, with the value `spot`. */
const AKS_SPOT_LABEL = 'kubernetes.azure.com/scalesetpriority'

/** Nodes of the list that may serve the Workspace, best first: those that it names, then by name. */
export function eligibleNodes(nodes: Node[], request: NodeRequest, reservedNames: ReadonlySet<string>): Node[] {
  const named = request.preferredNodes
  const rank = ({ metadata: { name } }: Node) => (named.includes(name) ? named.indexOf(name) : named.length)
  const byName = (one: Node, other: Node) => (one.metadata.name < other.metadata.name ? -1 : 1)
  return nodes
    .filter((node) => eligible(node, request, reservedNames))
    .sort((one, other) => rank(one) - rank(other) || byName(one, other))
}

/** Whether the node may serve the Workspace. `reservedNames` are of nodes that serve, or shall serve, somebody. */
export function eligible(node: Node, request: NodeRequest, reservedNames: ReadonlySet<string>): boolean {
  const { name, labels = {}, deletionTimestamp } = node.metadata
  return (
    request.existingNodes === 'Prefer' &&
    isMeant(name, request) &&
    Object.entries(request.labels).every(([key, value]) => labels[key] === value) &&
    !reservedNames.has(name) &&
    deletionTimestamp === undefined &&
    isOfWantedSize(labels, request) &&
    !isOfAnother(labels, request) &&
    isUsable(node, request)
  )
}

/** Labels that clusters set by themselves, such as size, system and zone. */
const OF_CLUSTERS = /^(?:[a-z.]+\.)?kubernetes\.io\//

/** Without a label that somebody set on purpose every GPU node there is would match, whoever works on it. */
function isMeant(name: string, { labels, preferredNodes }: NodeRequest): boolean {
  return preferredNodes.includes(name) || Object.keys(labels).some((key) => !OF_CLUSTERS.test(key))
}

/** Azure compares names of sizes without case. */
function isOfWantedSize(labels: Record<string, string>, { instanceTypes }: NodeRequest): boolean {
  const size = labels[INSTANCE_TYPE_LABEL]?.toLowerCase()
  return instanceTypes.some((wanted) => wanted.toLowerCase() === size)
}

function isOfAnother(labels: Record<string, string>, { workspace }: NodeRequest): boolean {
  const name = labels[WORKSPACE_LABEL]
  const namespace = labels[WORKSPACE_NAMESPACE_LABEL]
  if (name === undefined && namespace === undefined) return false
  return name !== workspace.name || namespace !== workspace.namespace
}

function isUsable(
  { metadata: { labels = {} }, spec, status }: Node,
  { gpusPerNode, capacityType, tolerations }: NodeRequest,
): boolean {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
  const isSpot = labels[CAPACITY_TYPE_LABEL] === 'spot' || labels[AKS_SPOT_LABEL] === 'spot'
  const gpus = quantityValue(status?.allocatable?.[GPU_RESOURCE] ?? '0')
  return (
    isReady &&
    spec?.unschedulable !== true &&
    gpus >= gpusPerNode &&
    !(isSpot && capacityType === 'on-demand') &&
    (spec?.taints ?? []).every((taint) => isTolerated(taint, tolerations))
  )
}

function isTolerated(taint: Taint, tolerations: NodeRequest['tolerations']): boolean {
  return taint.effect === 'PreferNoSchedule' || tolerations.some((one) => tolerates(one, taint))
}

/** As the scheduler sees it (Kubernetes documentation, "Taints and Tolerations"). */
function tolerates(toleration: Toleration, { key, value = '', effect }: Taint): boolean {
  const { operator = 'Equal' } = toleration
  if (toleration.effect !== undefined && toleration.effect !== effect) return false
  if (toleration.key === undefined) return operator === 'Exists'
  return toleration.key === key && (operator === 'Exists' || (toleration.value ?? '') === value)
}
