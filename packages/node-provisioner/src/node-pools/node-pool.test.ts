import { expect, test } from 'vitest'
import { backendSettings } from '../backend/profiles.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { nodePoolObject } from './node-pool.ts'

const KWOK = backendSettings('karpenter-kwok')

test('is a static pool of the sizes as a set, whose nodes are labelled for the Workspace', () => {
  expect(nodePoolObject(aNodeRequest({ instanceTypes: ['a', 'b'] }), { name: 'ws0', replicas: 2 }, KWOK)).toEqual({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: {
      name: 'ws0',
      labels: { 'kaito.sh/workspace': 'phi-3', 'kaito.sh/workspacenamespace': 'default' },
      annotations: { 'kaito.sh/workspace-uid': 'uid-1' },
    },
    spec: {
      replicas: 2,
      template: {
        metadata: {
          labels: {
            apps: 'phi-3',
            'kaito.sh/machine-type': 'gpu',
            'kaito.sh/workspace': 'phi-3',
            'kaito.sh/workspacenamespace': 'default',
          },
          annotations: { 'kaito.sh/workspace-uid': 'uid-1', 'karpenter.sh/do-not-disrupt': 'true' },
        },
        spec: {
          requirements: [
            { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['a', 'b'] },
            { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          ],
          taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
          nodeClassRef: { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' },
          expireAfter: 'Never',
        },
      },
      disruption: { consolidateAfter: 'Never', budgets: [{ nodes: '1' }] },
    },
  })
})

test('leaves out labels that a template may not have and nodes have by themselves', () => {
  const labels = { apps: 'phi-3', 'node.kubernetes.io/instance-type': 'a', 'karpenter.sh/capacity-type': 'spot' }
  const { spec } = nodePoolObject(aNodeRequest({ labels }), { name: 'ws0', replicas: 1 }, KWOK)
  expect(Object.keys(spec?.template.metadata.labels ?? {})).toEqual([
    'apps',
    'kaito.sh/machine-type',
    'kaito.sh/workspace',
    'kaito.sh/workspacenamespace',
  ])
})
