import type { Workspace } from '@kaito/api'
import {
  findInstanceType,
  findPreset,
  type InstanceType,
  misfit,
  type Preset,
  presetImage,
  presetNames,
} from '@kaito/presets'
import { labelFault } from './label-fault.ts'
import { WORKSPACE_REASONS } from './reasons.ts'

/** What a Workspace that can be served asks for. */
export interface Order {
  preset: Preset
  image: string
  instanceType: InstanceType
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

const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

type Answer = { order: Order; refusal?: never } | { refusal: Refusal; order?: never }

/** Checks again all that admission checks: a policy may be missing, or have changed since. */
export function orderOf(workspace: Workspace, settings: OrderSettings): Answer {
  const refusal = unserved(workspace) ?? malformed(workspace, settings)
  if (refusal) return { refusal }
  const presetName = workspace.inference?.preset?.name ?? ''
  const preset = findPreset(presetName)
  if (!preset) {
    const message = `there is no preset "${presetName}"; use one of: ${presetNames().join(', ')}`
    return refuse('unknownPreset', message)
  }
  const image = presetImage(preset, settings.presetRegistry)
  if (image === undefined || preset.inference.distributed) {
    return refuse('notSupported', `preset ${presetName} is not served yet; use one of: ${presetNames().join(', ')}`)
  }
  return sized(workspace, { preset, image })
}

function sized({ metadata, resource }: Workspace, { preset, image }: Pick<Order, 'preset' | 'image'>): Answer {
  const instanceType = findInstanceType(resource.instanceType ?? '')
  if (!instanceType) {
    const message = `resource.instanceType "${resource.instanceType ?? ''}" is not a known size with NVIDIA GPUs; create the Workspace with another one, for example Standard_NC24ads_A100_v4`
    return refuse('unknownInstanceType', message)
  }
  const shortage = misfit({ requires: preset.inference.requires, instanceType, nodes: 1 })
  if (shortage !== undefined) return refuse('instanceTypeTooSmall', `resource.instanceType: ${shortage}`)
  const nodeLabels = resource.labelSelector.matchLabels ?? {}
  const fault = labelFault(nodeLabels, instanceType)
  if (fault !== undefined) return refuse('invalidRequest', fault)
  const isExposed = metadata.annotations?.[EXPOSE_ANNOTATION]?.toLowerCase() === 'true'
  return { order: { preset, image, instanceType, count: resource.count, nodeLabels, isExposed } }
}

function unserved({ resource, inference, tuning }: Workspace): Refusal | undefined {
  const what = [
    { field: 'tuning', isUsed: tuning !== undefined },
    { field: 'inference.template', isUsed: inference?.template !== undefined },
    { field: 'inference.adapters', isUsed: (inference?.adapters ?? []).length > 0 },
    { field: 'inference.preset.accessMode: private', isUsed: inference?.preset?.accessMode === 'private' },
    { field: 'resource.preferredNodes', isUsed: (resource.preferredNodes ?? []).length > 0 },
  ].find(({ isUsed }) => isUsed)
  if (!what) return undefined
  const message = `${what.field} is not served by this version; use a public inference preset without it`
  return { reason: WORKSPACE_REASONS.notSupported, message }
}

function malformed({ metadata, resource }: Workspace, { maxNodesPerWorkspace }: OrderSettings): Refusal | undefined {
  const invalid = (message: string) => ({ reason: WORKSPACE_REASONS.invalidRequest, message })
  if (!SERVICE_NAME.test(metadata.name)) {
    return invalid(
      `the name "${metadata.name}" cannot name a Service: create the Workspace with at most 63 lower-case letters, digits and "-", a letter first`,
    )
  }
  if (resource.count <= maxNodesPerWorkspace) return undefined
  const message = `resource.count ${resource.count} is above the limit of ${maxNodesPerWorkspace} nodes per Workspace that this installation allows`
  return { reason: WORKSPACE_REASONS.limitReached, message }
}

function refuse(reason: keyof typeof WORKSPACE_REASONS, message: string): { refusal: Refusal } {
  return { refusal: { reason: WORKSPACE_REASONS[reason], message } }
}
