import { INSTANCE_TYPE_LABEL, type Workspace, workspaceFaults } from '@kaito/api'
import type { Toleration } from '@kaito/controller-kit'
import {
  catalogueFaults,
  findInstanceType,
  findPreset,
  type InstanceType,
  type Preset,
  presetImage,
  sizesAsked,
} from '@kaito/presets'
import { podTemplate, templateFault } from '../workload/inference/pod-template.ts'
import type { NodeOrder, Order, PresetWork, Readiness, TuningWork, Work } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import { tolerationsFor } from './tolerations.ts'
import { unserved } from './unserved.ts'

export interface OrderSettings {
  presetRegistry: string
  maxNodesPerWorkspace: number
  /** Image of the programs around a trainer. */
  tuningToolsImage: string
  /** Image that the result of a tuning becomes a layer of. */
  tuningBaseImage: string
  /** How long a container of a tuning may take to start, in milliseconds. */
  tuningStartPatienceMs: number
  /** Comma-separated CIDRs inside of networks that data may come from; empty for none. */
  tuningAllowedAddresses: string
  /** Whether the cluster has image volumes, for adapters. */
  adapterImageVolumes: boolean
  /** What this installation's nodes need to be tolerated beside what all GPU nodes do. */
  tolerations: readonly Toleration[]
}

const EXPOSE_ANNOTATION = 'kaito.sh/enablelb'
/** Of a model server that no preset speaks for. */
const TEMPLATE_TIMEOUT_MINUTES = 30

type Answer = { order: Order; refusal?: never } | { refusal: Refusal; order?: never }

/** Checks again all that admission checks, since a rule may be missing or new; then what this version can do. */
export function orderOf(workspace: Workspace, settings: OrderSettings): Answer {
  const [malformed] = workspaceFaults(workspace)
  if (malformed) return refuse(WORKSPACE_REASONS.invalidRequest, malformed)
  const [unfit] = catalogueFaults(workspace)
  if (unfit) return refuse(unfit.reason, unfit)
  const { resource, inference } = workspace
  const sizes = sizesAsked(resource).flatMap(({ name }) => findInstanceType(name) ?? [])
  const field = unserved(workspace, sizes)
  if (field) return refuse(WORKSPACE_REASONS.notSupported, field)
  const fault = inference?.template && templateFault(inference.template)
  if (fault) return refuse(WORKSPACE_REASONS.invalidRequest, fault)
  const tooLong = tooLongForSet(workspace)
  if (tooLong) return tooLong
  const tooMany = aboveLimit(resource.count, settings)
  if (tooMany) return tooMany
  const work = workOf(workspace, settings)
  const [first] = sizes
  // The faults above have named each of these; this is for the compiler.
  if (!work || !first) return refuse('Unknown', { path: '', message: 'nothing serves this' })
  return { order: { nodes: nodeOrder(resource, { sizes, first, work, settings }), work } }
}

function workOf(workspace: Workspace, settings: OrderSettings): Work | undefined {
  const { metadata, inference, tuning } = workspace
  const isExposed = metadata.annotations?.[EXPOSE_ANNOTATION]?.toLowerCase() === 'true'
  if (tuning) return tuningWork(tuning, settings, isExposed)
  if (inference?.template) {
    const readiness = readinessOf(inference, TEMPLATE_TIMEOUT_MINUTES)
    return { kind: 'template', template: podTemplate(inference.template), readiness, isExposed }
  }
  return inference && presetWork(inference, settings, isExposed)
}

type Inference = NonNullable<Workspace['inference']>
type Tuning = NonNullable<Workspace['tuning']>

function presetWork(inference: Inference, settings: OrderSettings, isExposed: boolean): PresetWork | undefined {
  const model = inference.preset && modelOf(inference.preset, settings)
  if (!model) return undefined
  const adapters = (inference.adapters ?? []).map(({ source, strength }) => {
    return { name: source.name ?? '', image: source.image ?? '', strength }
  })
  const secrets = (inference.adapters ?? []).flatMap(({ source }) => source.imagePullSecrets ?? [])
  return {
    kind: 'preset',
    ...model,
    pullSecrets: distinct([...model.pullSecrets, ...secrets]),
    adapters,
    mountsAdapters: settings.adapterImageVolumes,
    readiness: readinessOf(inference, model.preset.readinessTimeoutMinutes),
    isExposed,
  }
}

function tuningWork(tuning: Tuning, settings: OrderSettings, isExposed: boolean): TuningWork | undefined {
  const { preset, method, config, input, output, ttlSecondsAfterFinished } = tuning
  const model = modelOf(preset, settings)
  if (!model) return undefined
  return {
    kind: 'tuning',
    ...model,
    pullSecrets: distinct([...model.pullSecrets, ...(input.imagePullSecrets ?? [])]),
    method,
    configName: config,
    input: input.image === undefined ? { urls: input.urls ?? [] } : { image: input.image },
    output: { image: output.image ?? '', pushSecret: output.imagePushSecret ?? '' },
    ttlSecondsAfterFinished,
    toolsImage: settings.tuningToolsImage,
    startPatienceMs: settings.tuningStartPatienceMs,
    allowedAddresses: settings.tuningAllowedAddresses,
    baseImage: settings.tuningBaseImage,
    isExposed,
  }
}

interface Model {
  preset: Preset
  image: string
  pullSecrets: string[]
}

function modelOf(
  { name, accessMode, presetOptions }: NonNullable<Inference['preset']>,
  { presetRegistry }: OrderSettings,
): Model | undefined {
  const preset = findPreset(name)
  const isPrivate = accessMode === 'private'
  const image = isPrivate ? presetOptions?.image : preset && presetImage(preset, presetRegistry)
  if (!preset || image === undefined) return undefined
  return { preset, image, pullSecrets: presetOptions?.imagePullSecrets ?? [] }
}

function readinessOf({ readiness }: Inference, timeoutMinutes: number): Readiness {
  return {
    timeoutMinutes: readiness?.timeoutMinutes ?? timeoutMinutes,
    givesBackNodes: readiness?.whenMissed === 'GiveBackNodes',
  }
}

function nodeOrder(
  resource: Workspace['resource'],
  { sizes, first, work, settings }: { sizes: InstanceType[]; first: InstanceType; work: Work; settings: OrderSettings },
): NodeOrder {
  return {
    instanceTypes: sizes.map((size) => size.name),
    gpusPerNode: first.gpus,
    count: resource.count,
    labels: nodeLabels(resource, first.name),
    diskGiB: diskGiB(work),
    capacityType: resource.capacityType,
    tolerations: tolerationsFor(resource.capacityType, settings.tolerations),
    nodeClass: resource.nodeClassRef,
    existingNodes: resource.existingNodes ?? 'Prefer',
    preferredNodes: resource.preferredNodes ?? [],
    allOrNothing: resource.allOrNothing ?? false,
  }
}

function diskGiB(work: Work): number | undefined {
  if (work.kind === 'template') return undefined
  return work.kind === 'tuning' ? work.preset.tuning?.diskGiB : work.preset.diskGiB
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

/** Kubernetes puts the name and a hash of ten characters into a label of each Pod of a StatefulSet. */
const LONGEST_SET_NAME = 52

function tooLongForSet({ metadata: { name }, inference }: Workspace): Answer | undefined {
  const isSpread = findPreset(inference?.preset?.name ?? '')?.inference.distributed !== undefined
  if (!isSpread || name.length <= LONGEST_SET_NAME) return undefined
  const message = `a Workspace of a model that spreads over processes has a name of at most ${LONGEST_SET_NAME} characters; create it under a shorter one`
  return refuse(WORKSPACE_REASONS.invalidRequest, { path: 'metadata.name', message })
}

function distinct(names: string[]): string[] {
  return [...new Set(names)]
}

function refuse(reason: string, { path, message }: { path: string; message: string }): { refusal: Refusal } {
  return { refusal: { reason, message: path === '' ? message : `${path}: ${message}` } }
}
