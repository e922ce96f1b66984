import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { catalogueAdvice } from './catalogue-advice.ts'
import { catalogueFaults } from './catalogue-faults.ts'

type Resource = Workspace['resource']

function inference(name: string, parts: Partial<Resource>): Workspace {
  const accessMode = name.startsWith('llama') ? 'private' : 'public'
  return aWorkspace({
    resource: { count: 1, labelSelector: {}, ...parts },
    inference: { preset: { name, accessMode } },
  })
}

function tuning(name: string, instanceType: string): Workspace {
  return aWorkspace({
    resource: { count: 1, labelSelector: {}, instanceType },
    tuning: {
      preset: { name, accessMode: 'public' },
      method: 'lora',
      input: { image: 'r/in:1' },
      output: { image: 'r/out:1' },
    },
  })
}

test.each<[what: string, workspace: Workspace]>([
  ['a size that is sold', inference('phi-2', { instanceType: 'Standard_NC4as_T4_v3', count: 4 })],
  ['as many nodes as a spread model needs', inference('llama-2-13b', { instanceType: 'g5.xlarge', count: 2 })],
  ['tuning with room enough', tuning('phi-3-mini-4k-instruct', 'Standard_NC24ads_A100_v4')],
  ['tuning of what is not known', tuning('phi-9', 'Standard_NC4as_T4_v3')],
  ['a preferred node', inference('phi-2', { instanceType: 'Standard_NC4as_T4_v3', preferredNodes: ['mine'] })],
  ['a pod template', aWorkspace({ inference: { template: {} } })],
])('has nothing to say about %s', (_what, workspace) => expect(catalogueAdvice(workspace)).toEqual([]))

test.each<[what: string, workspace: Workspace, path: string, message: string]>([
  [
    'a retired size',
    inference('phi-2', { instanceType: 'standard_nc6s_v3' }),
    'resource.instanceType',
    'Standard_NC6s_v3 is retired as of 2025-09-30; if the cloud refuses it, create the Workspace with Standard_NC4as_T4_v3',
  ],
  [
    'a retired size in the list',
    inference('phi-2', { instanceTypes: ['Standard_NC4as_T4_v3', 'Standard_NC6'] }),
    'resource.instanceTypes[1]',
    'Standard_NC6 is retired as of 2023-09-06; if the cloud refuses it, create the Workspace with Standard_NC4as_T4_v3',
  ],
  [
    'tuning with too little memory',
    tuning('phi-3-mini-4k-instruct', 'Standard_NC64as_T4_v3'),
    'resource.instanceType',
    'tuning needs 72 GiB of GPU memory, 1 x Standard_NC64as_T4_v3 have 1 x 4 x 16 = 64 GiB, so it may fail; sizes that fit: Standard_NC24ads_A100_v4, Standard_NC40ads_H100_v5, Standard_NCC40ads_H100_v5, Standard_NC48ads_A100_v4, Standard_NC80adis_H100_v5 and 4 larger',
  ],
  [
    'tuning with too little memory on each GPU',
    tuning('phi-3-medium-4k-instruct', 'Standard_ND96asr_v4'),
    'resource.instanceType',
    'tuning needs 80 GiB of memory on each GPU, those of Standard_ND96asr_v4 have 40 GiB, so it may fail; sizes that fit: Standard_NC24ads_A100_v4, Standard_NC40ads_H100_v5, Standard_NCC40ads_H100_v5, Standard_NC48ads_A100_v4, Standard_NC80adis_H100_v5 and 4 larger',
  ],
  [
    'tuning with too few GPUs',
    tuning('falcon-40b', 'Standard_NC24ads_A100_v4'),
    'resource.instanceType',
    'tuning needs 2 GPUs, 1 x Standard_NC24ads_A100_v4 have 1 x 1 = 1, so it may fail; sizes that fit: Standard_NC48ads_A100_v4, Standard_NC80adis_H100_v5, Standard_ND40rs_v2, Standard_NC96ads_A100_v4, Standard_ND96asr_v4 and 3 larger',
  ],
  [
    'more nodes than a spread model needs',
    inference('llama-2-70b', { instanceType: 'Standard_NC96ads_A100_v4', count: 8 }),
    'resource.count',
    'the model fits on 2 of these 8 nodes; a Workspace with resource.count 2 costs less',
  ],
  [
    'more nodes than the weakest of several sizes needs',
    inference('llama-2-70b', {
      instanceTypes: ['Standard_ND96asr_v4', 'Standard_NV72ads_A10_v5'],
      count: 8,
    }),
    'resource.count',
    'the model fits on 4 of these 8 nodes; a Workspace with resource.count 4 costs less',
  ],
])('advises on %s', (_what, workspace, path, message) => {
  expect(catalogueAdvice(workspace)).toEqual([{ path, message }])
  expect(catalogueFaults(workspace)).toEqual([])
})

test('a size that is refused gets no advice beside', () => {
  expect(catalogueAdvice(inference('phi-2', { instanceType: 'Standard_NV32as_v4' }))).toEqual([])
  expect(catalogueAdvice(inference('phi-2', { instanceType: 'Standard_D4s_v5' }))).toEqual([])
})
