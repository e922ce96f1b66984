import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { type CatalogueFault, catalogueFaults } from './catalogue-faults.ts'

type Resource = Workspace['resource']
type Preset = NonNullable<NonNullable<Workspace['inference']>['preset']>

function resource(parts: Partial<Resource>): Resource {
  return { count: 1, labelSelector: {}, ...parts }
}

function inference(name: string, parts: Partial<Resource>): Workspace {
  const accessMode = name.startsWith('llama') ? 'private' : 'public'
  return aWorkspace({ resource: resource(parts), inference: { preset: { name, accessMode } } })
}

function tuning(preset: Preset, parts: Partial<Resource>): Workspace {
  return aWorkspace({
    resource: resource(parts),
    tuning: { preset, method: 'lora', input: { image: 'r/in:1' }, output: { image: 'r/out:1' } },
  })
}

const INFERENCE_NAMES =
  'falcon-40b, falcon-40b-instruct, falcon-7b, falcon-7b-instruct, llama-2-13b, llama-2-13b-chat, llama-2-70b, llama-2-70b-chat, llama-2-7b, llama-2-7b-chat, mistral-7b, mistral-7b-instruct, phi-2, phi-3-medium-128k-instruct, phi-3-medium-4k-instruct, phi-3-mini-128k-instruct, phi-3-mini-4k-instruct'
const TUNING_NAMES =
  'falcon-40b, falcon-7b, mistral-7b, phi-2, phi-3-medium-128k-instruct, phi-3-medium-4k-instruct, phi-3-mini-128k-instruct, phi-3-mini-4k-instruct'
const SMALLEST_FOR_PHI_3 =
  'Standard_NV18ads_A10_v5, Standard_NC4as_T4_v3, Standard_NC8as_T4_v3, Standard_NC16as_T4_v3, Standard_NV36adms_A10_v5 and 14 larger'

test.each<[what: string, workspace: Workspace]>([
  ['a model that fits', inference('phi-3-mini-4k-instruct', { instanceType: 'standard_nc4AS_t4_v3' })],
  ['a copy on each of many nodes', inference('falcon-7b', { instanceType: 'Standard_NC4as_T4_v3', count: 16 })],
  ['a retired size', inference('falcon-7b', { instanceType: 'Standard_NC6s_v3' })],
  ['a size of AWS', inference('falcon-7b', { instanceType: 'g5.xlarge' })],
  ['a spread model on one node', inference('llama-2-13b', { instanceType: 'Standard_NC48ads_A100_v4' })],
  ['a model over two nodes', inference('llama-2-13b', { instanceType: 'Standard_NC4as_T4_v3', count: 2 })],
  ['a model over eight nodes', inference('llama-2-70b-chat', { instanceType: 'Standard_NV36ads_A10_v5', count: 8 })],
  ['only a list of sizes', inference('phi-2', { instanceTypes: ['Standard_NC6s_v3', 'Standard_NC4as_T4_v3'] })],
  [
    'a public preset with an image of its own',
    aWorkspace({ inference: { preset: { name: 'phi-2', accessMode: 'private', presetOptions: { image: 'r/a:1' } } } }),
  ],
  ['no size at all, which the schema refuses', inference('phi-2', {})],
  [
    'a pod template on any size',
    aWorkspace({ resource: resource({ instanceType: 'Standard_NV6ads_A10_v5' }), inference: { template: {} } }),
  ],
  [
    'tuning on a size that is too small, against which it only advises',
    tuning({ name: 'phi-3-mini-4k-instruct', accessMode: 'public' }, { instanceType: 'Standard_NC4as_T4_v3' }),
  ],
])('accepts %s', (_what, workspace) => expect(catalogueFaults(workspace)).toEqual([]))

test.each<[what: string, workspace: Workspace, fault: CatalogueFault]>([
  [
    'an unknown preset',
    inference('phi-9', { instanceType: 'Standard_NC4as_T4_v3' }),
    {
      path: 'inference.preset.name',
      reason: 'UnknownPreset',
      message: `there is no preset "phi-9"; use one of: ${INFERENCE_NAMES}`,
    },
  ],
  [
    'an unknown preset to tune',
    tuning({ name: 'constructor', accessMode: 'public' }, { instanceType: 'Standard_NC24ads_A100_v4' }),
    {
      path: 'tuning.preset.name',
      reason: 'UnknownPreset',
      message: `there is no preset "constructor"; use one of: ${TUNING_NAMES}`,
    },
  ],
  [
    'a preset that cannot be tuned',
    tuning({ name: 'falcon-7b-instruct', accessMode: 'public' }, { instanceType: 'Standard_NC24ads_A100_v4' }),
    {
      path: 'tuning.preset.name',
      reason: 'InvalidRequest',
      message: `preset falcon-7b-instruct cannot be tuned; use one of: ${TUNING_NAMES}`,
    },
  ],
  [
    'a private preset with public access',
    aWorkspace({ inference: { preset: { name: 'llama-2-7b', accessMode: 'public' } } }),
    {
      path: 'inference.preset.accessMode',
      reason: 'InvalidRequest',
      message:
        'preset llama-2-7b has no public image; write private here and name an image of your own in presetOptions.image',
    },
  ],
  [
    'a size without GPUs',
    inference('phi-3-mini-4k-instruct', { instanceType: 'Standard_D4s_v5' }),
    {
      path: 'resource.instanceType',
      reason: 'UnknownInstanceType',
      message: `"Standard_D4s_v5" is not a known size with NVIDIA GPUs; sizes that fit: ${SMALLEST_FOR_PHI_3}`,
    },
  ],
  [
    'an unknown size of AWS',
    inference('falcon-40b', { instanceType: 'g9.xlarge' }),
    {
      path: 'resource.instanceType',
      reason: 'UnknownInstanceType',
      message:
        '"g9.xlarge" is not a known size with NVIDIA GPUs; sizes that fit: g5.12xlarge, g5.24xlarge, g6.12xlarge, g6.24xlarge, g4dn.metal and 7 larger',
    },
  ],
  [
    'AMD GPUs',
    inference('falcon-40b', { instanceType: 'standard_nd96isr_mi300x_v5' }),
    {
      path: 'resource.instanceType',
      reason: 'UnknownInstanceType',
      message:
        'Standard_ND96isr_MI300X_v5 has AMD GPUs, and only NVIDIA GPUs are served; sizes that fit: Standard_NC48ads_A100_v4, Standard_NC80adis_H100_v5, Standard_ND40rs_v2, Standard_NC96ads_A100_v4, Standard_ND96asr_v4 and 3 larger',
    },
  ],
  [
    'Arm processors',
    aWorkspace({ resource: resource({ instanceType: 'Standard_ND128isr_GB300_v6' }), inference: { template: {} } }),
    {
      path: 'resource.instanceType',
      reason: 'UnknownInstanceType',
      message:
        'Standard_ND128isr_GB300_v6 has Arm processors, and only amd64 is served; sizes that fit: Standard_NV6ads_A10_v5, Standard_NV12ads_A10_v5, Standard_NV18ads_A10_v5, Standard_NC4as_T4_v3, Standard_NC8as_T4_v3 and 16 larger',
    },
  ],
  [
    'too little memory',
    inference('phi-3-mini-4k-instruct', { instanceType: 'Standard_NV6ads_A10_v5' }),
    {
      path: 'resource.instanceType',
      reason: 'InstanceTypeTooSmall',
      message: `the model needs 9 GiB of GPU memory, 1 x Standard_NV6ads_A10_v5 have 1 x 1 x 4 = 4 GiB; sizes that fit: ${SMALLEST_FOR_PHI_3}`,
    },
  ],
  [
    'too few GPUs for a model that each node holds, however many nodes',
    inference('falcon-40b', { instanceType: 'Standard_NC24ads_A100_v4', count: 8 }),
    {
      path: 'resource.instanceType',
      reason: 'InstanceTypeTooSmall',
      message:
        'the model needs 2 GPUs, 1 x Standard_NC24ads_A100_v4 have 1 x 1 = 1; sizes that fit: Standard_NC48ads_A100_v4, Standard_NC80adis_H100_v5, Standard_ND40rs_v2, Standard_NC96ads_A100_v4, Standard_ND96asr_v4 and 3 larger',
    },
  ],
  [
    'a size in the list',
    inference('phi-2', {
      instanceType: 'Standard_NC4as_T4_v3',
      instanceTypes: ['Standard_NC6s_v3', 'Standard_D4s_v5'],
    }),
    {
      path: 'resource.instanceTypes[1]',
      reason: 'UnknownInstanceType',
      message: `"Standard_D4s_v5" is not a known size with NVIDIA GPUs; sizes that fit: ${SMALLEST_FOR_PHI_3}`,
    },
  ],
  [
    'too few nodes for a spread model',
    inference('llama-2-70b', { instanceType: 'Standard_NV72ads_A10_v5', count: 2 }),
    {
      path: 'resource.count',
      reason: 'InstanceTypeTooSmall',
      message:
        'the model needs 8 GPUs, 2 x Standard_NV72ads_A10_v5 have 2 x 2 = 4; use 4 nodes or another size; sizes that fit: Standard_ND40rs_v2, Standard_NC96ads_A100_v4, Standard_ND96asr_v4, Standard_ND96amsr_A100_v4, Standard_ND96isr_H100_v5 and 1 larger',
    },
  ],
  [
    'a size that no number of nodes makes large enough',
    inference('llama-2-70b', { instanceType: 'Standard_NC64as_T4_v3', count: 2 }),
    {
      path: 'resource.instanceType',
      reason: 'InstanceTypeTooSmall',
      message:
        'the model needs 152 GiB of GPU memory, 2 x Standard_NC64as_T4_v3 have 2 x 4 x 16 = 128 GiB; sizes that fit: Standard_ND40rs_v2, Standard_NC96ads_A100_v4, Standard_ND96asr_v4, Standard_ND96amsr_A100_v4, Standard_ND96isr_H100_v5 and 1 larger',
    },
  ],
  [
    'nodes over which eight processes cannot be spread',
    inference('llama-2-70b', { instanceType: 'Standard_ND96amsr_A100_v4', count: 3 }),
    {
      path: 'resource.count',
      reason: 'InvalidRequest',
      message: '8 processes cannot be spread evenly over 3 nodes; use 1, 2, 4 or 8',
    },
  ],
  [
    'nodes over which two processes cannot be spread',
    inference('llama-2-13b', { instanceType: 'Standard_NC48ads_A100_v4', count: 16 }),
    {
      path: 'resource.count',
      reason: 'InvalidRequest',
      message: '2 processes cannot be spread evenly over 16 nodes; use 1 or 2',
    },
  ],
])('refuses %s', (_what, workspace, fault) => expect(catalogueFaults(workspace)).toEqual([fault]))

test('every fault is told, the preset first', () => {
  const resource = { count: 3, instanceType: 'Standard_NC4as_T4_v3', instanceTypes: ['D4'], labelSelector: {} }
  const preset = { name: 'llama-2-13b', accessMode: 'public' as const }
  expect(catalogueFaults(aWorkspace({ resource, inference: { preset } })).map(({ path }) => path)).toEqual([
    'inference.preset.accessMode',
    'resource.count',
    'resource.instanceTypes[0]',
  ])
})
