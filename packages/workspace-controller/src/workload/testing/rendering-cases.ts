import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Service } from '@kaito/controller-kit'
import { findPreset, presetNames } from '@kaito/presets'
import { stringify } from 'yaml'
import { anOrder, SETTINGS } from '../../testing/an-order.ts'
import type { Order } from '../../workspace/order.ts'
import { renderServices, renderWorkload } from '../render.ts'
import type { Workload } from '../workload.ts'

/** A Workspace whose rendering is stored as YAML under `name`. */
export interface RenderingCase {
  name: string
  workspace: Workspace
  existingNodes: string[]
  mountsAdapters: boolean
}

/** All objects that a Workspace's task consists of. */
export interface Rendered {
  workload: Workload
  services: Service[]
}

interface Parts {
  preset?: string
  count?: number
  adapters?: number
  isPrivate?: boolean
  inference?: Partial<NonNullable<Workspace['inference']>>
  resource?: Partial<Workspace['resource']>
  annotations?: Record<string, string>
  existingNodes?: string[]
  mountsAdapters?: boolean
}

const SIZES: Record<number, string> = {
  1: 'Standard_NC24ads_A100_v4',
  2: 'Standard_NC48ads_A100_v4',
  8: 'Standard_ND96asr_v4',
}
const ADAPTERS = [
  {
    source: { name: 'style.formal', image: 'registry.example/adapters/formal:1', imagePullSecrets: ['adapters'] },
    strength: '0.5',
  },
  { source: { name: 'facts', image: 'registry.example/adapters/facts:1' }, strength: '1.0' },
]

/** One for each preset, then what orders of three of them may have, then pod templates. */
export function renderingCases(): RenderingCase[] {
  return [
    ...presetNames().map((preset) => aCase(preset, { preset })),
    ...['phi-3-mini-4k-instruct', 'mistral-7b-instruct', 'llama-2-13b-chat'].flatMap(crossed),
    ...ordinary('phi-3-mini-4k-instruct'),
    aCase('llama-2-13b-chat-adapters-mounted', { preset: 'llama-2-13b-chat', adapters: 2, mountsAdapters: true }),
    aCase('llama-2-70b-nodes-4', { preset: 'llama-2-70b', count: 4, resource: { instanceType: SIZES[2] } }),
    ...templates(),
  ]
}

/** What the orders of a preset may have, in each combination; that of none of it is the preset's own case. */
function crossed(preset: string): RenderingCase[] {
  const access = findPreset(preset)?.image.access === 'public' ? [false, true] : [true]
  const all = [1, 2].flatMap((count) =>
    [0, 2].flatMap((adapters) => access.map((isPrivate) => ({ count, adapters, isPrivate }))),
  )
  return all.slice(1).map(({ count, adapters, isPrivate }) => {
    const name = `${preset}-nodes-${count}-adapters-${adapters}-${isPrivate ? 'private' : 'public'}`
    return aCase(name, { preset, count, adapters, isPrivate })
  })
}

function ordinary(preset: string): RenderingCase[] {
  return [
    aCase(`${preset}-adapters-mounted`, { preset, adapters: 2, mountsAdapters: true }),
    aCase(`${preset}-existing-nodes`, { preset, count: 2, existingNodes: ['node-b', 'node-a'] }),
    aCase(`${preset}-exposed`, { preset, annotations: { 'kaito.sh/enablelb': 'true' } }),
    aCase(`${preset}-spot`, { preset, resource: { capacityType: 'spot' } }),
    aCase(`${preset}-timeout`, { preset, inference: { readiness: { timeoutMinutes: 90 } } }),
  ]
}

const SERVER = { name: 'server', image: 'registry.example/server:1' }

function templates(): RenderingCase[] {
  const term = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] })
  const required = { nodeSelectorTerms: [term('a.example/one'), term('b.example/two')] }
  const preferred = [{ weight: 1, preference: term('c.example/three') }]
  const rich = {
    metadata: { labels: { app: 'server', 'kaito.sh/workspace': 'another' }, annotations: { note: 'kept' } },
    spec: {
      containers: [
        { ...SERVER, ports: [{ name: 'serve', containerPort: 8000 }], resources: { limits: { 'nvidia.com/gpu': 1 } } },
        { name: 'metrics', image: 'registry.example/metrics:1', ports: [{ containerPort: 9090 }] },
      ],
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: required,
          preferredDuringSchedulingIgnoredDuringExecution: preferred,
        },
      },
    },
  }
  return [
    aTemplateCase('template', { spec: { containers: [SERVER] } }),
    aTemplateCase('template-nodes-2-existing-nodes', rich, { count: 2, existingNodes: ['node-a'] }),
  ]
}

function aTemplateCase(name: string, template: Record<string, unknown>, parts: Parts = {}): RenderingCase {
  const one = aCase(name, parts)
  return { ...one, workspace: { ...one.workspace, inference: { template } } }
}

export function aCase(name: string, parts: Parts): RenderingCase {
  const { preset = 'phi-3-mini-4k-instruct', count = 1, adapters = 0, annotations = {} } = parts
  const { distributed, requires } = findPreset(preset)?.inference ?? {}
  const isPrivate = parts.isPrivate ?? findPreset(preset)?.image.access === 'private'
  const presetOptions = { image: `registry.example/models/${preset}:1`, imagePullSecrets: ['models'] }
  const asked = isPrivate
    ? { name: preset, accessMode: 'private' as const, presetOptions }
    : { name: preset, accessMode: 'public' as const }
  const workspace = aWorkspace({
    metadata: { name: 'ws', namespace: 'default', annotations },
    resource: {
      count,
      instanceType: SIZES[(requires?.gpus ?? 1) / (distributed ? count : 1)],
      labelSelector: { matchLabels: { apps: 'ws' } },
      ...parts.resource,
    },
    inference: { preset: asked, adapters: ADAPTERS.slice(0, adapters), ...parts.inference },
  })
  return { name, workspace, existingNodes: parts.existingNodes ?? [], mountsAdapters: parts.mountsAdapters ?? false }
}

export function orderFor({ workspace, mountsAdapters }: RenderingCase): Order {
  return anOrder(workspace, { ...SETTINGS, adapterImageVolumes: mountsAdapters })
}

export function rendered(one: RenderingCase): Rendered {
  const order = orderFor(one)
  return { workload: renderWorkload(one.workspace, order, one), services: renderServices(one.workspace, order) }
}

/** All objects of a case as `kubectl apply -f` takes them. */
export function manifest(one: RenderingCase): string {
  const { workload, services } = rendered(one)
  return [workload, ...services]
    .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n')
}
