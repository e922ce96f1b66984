import { INSTANCE_TYPE_LABEL, type Workspace, workspaceFaults } from '@kaito/api'
import { catalogueFaults, findInstanceType, findPreset, type Preset, presetImage, sizesAsked } from '@kaito/presets'
import { WORKSPACE_REASONS } from './reasons.ts'
import { unserved } from './unserved.ts'

/** What a Workspace that can be served asks for. */
export interface Order {
  preset: Preset
  image: string
  /** Ordered choices, first is best; all have `gpusPerNode` GPUs. */
  instanceTypes: string[]
  gpusPerNode: number
  count: number
  /** Labels of its own that the nodes must carry. */
  nodeLabels: Record<string, string>
  /** Reachable from outside the cluster. */
  isExposed: boolean
}

/** Why nothing is bought for a Workspace, with what to do about it. */
export interface Refusal {
  reason: string
  message: string
}

export interface OrderSettings {
  presetRegistry: string
  maxNodesPerWorkspace: number
}

const EXPOSE_ANNOTATION = 'kaito.sh/enablelb'

type Answer = { order: Order; refusal?: never } | { refusal: Refusal; order?: never }

/** Checks again all that admission checks, since a rule may be missing or new; then what this version can do. */
export function orderOf(workspace: Workspace, settings: OrderSettings): Answer {
  const [malformed] = workspaceFaults(workspace)
  if (malformed) return refuse(WORKSPACE_REASONS.invalidRequest, malformed)
  const [unfit] = catalogueFaults(workspace)
  if (unfit) return refuse(unfit.reason, unfit)
  const { metadata, resource, inference } = workspace
  const { count } = resource
  const sizes = sizesAsked(resource).flatMap(({ name }) => findInstanceType(name) ?? [])
  const field = unserved(workspace, sizes)
  if (field) return refuse(WORKSPACE_REASONS.notSupported, field)
  const tooMany = aboveLimit(count, settings)
  if (tooMany) return tooMany
  const { name = '' } = inference?.preset ?? {}
  const preset = findPreset(name)
  const image = preset && presetImage(preset, settings.presetRegistry)
  const [first] = sizes
  // The faults above have named each of these; this is for the compiler.
  if (!preset || image === undefined || !first)
    return refuse('Unknown', { path: '', message: `nothing serves ${name}` })
  const order: Order = {
    preset,
    image,
    instanceTypes: sizes.map((size) => size.name),
    gpusPerNode: first.gpus,
    count,
    nodeLabels: nodeLabels(resource, first.name),
    isExposed: metadata.annotations?.[EXPOSE_ANNOTATION]?.toLowerCase() === 'true',
  }
  return { order }
}

/** Nodes carry their size in the spelling of the catalogue, whatever the user's is. */
function nodeLabels({ labelSelector }: Workspace['resource'], size: string): Record<string, string> {
  const { matchLabels = {} } = labelSelector
  return INSTANCE_TYPE_LABEL in matchLabels ? { ...matchLabels, [INSTANCE_TYPE_LABEL]: size } : matchLabels
}

function aboveLimit(count: number, { maxNodesPerWorkspace }: OrderSettings): Answer | undefined {
  if (count <= maxNodesPerWorkspace) return undefined
  const message = `${count} nodes are above the limit of ${maxNodesPerWorkspace} per Workspace that this installation allows`
  return refuse(WORKSPACE_REASONS.limitReached, { path: 'resource.count', message })
}

function refuse(reason: string, { path, message }: { path: string; message: string }): { refusal: Refusal } {
  return { refusal: { reason, message: path === '' ? message : `${path}: ${message}` } }
}
