import { expect, test } from 'vitest'
import { type BackendProfile, backendSettings } from '../backend/profiles.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { nodeClaimObject } from '../testing/wanted-claim.ts'
import { nodeClaimKind } from './node-claim-kind.ts'
import { isOwnedBy } from './ownership.ts'

test('asks for a tainted GPU node of the ordered sizes, labelled for its Workspace, that lives for ever', () => {
  expect(nodeClaimObject(aNodeRequest({ instanceTypes: ['Standard_a', 'Standard_b'], gpusPerNode: 2 }), 'ws0')).toEqual(
    {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodeClaim',
      metadata: {
        name: 'ws0',
        labels: {
          apps: 'phi-3',
          'kaito.sh/machine-type': 'gpu',
          'kaito.sh/workspace': 'phi-3',
          'kaito.sh/workspacenamespace': 'default',
          'karpenter.sh/nodepool': 'kaito',
        },
        annotations: { 'kaito.sh/workspace-uid': 'uid-1', 'karpenter.sh/do-not-disrupt': 'true' },
      },
      spec: {
        requirements: [
          { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_a', 'Standard_b'] },
          { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
        ],
        taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
        nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
        resources: { requests: { storage: '50Gi', 'nvidia.com/gpu': '2' } },
        expireAfter: 'Never',
      },
    },
  )
})

test.each<[profile: BackendProfile, kind: string, disk: string, further: string[]]>([
  ['gpu-provisioner', 'kaito.sh/KaitoNodeClass', 'storage', []],
  ['karpenter-azure', 'karpenter.azure.com/AKSNodeClass', 'ephemeral-storage', ['karpenter.azure.com/placement-scope']],
  ['karpenter-aws', 'karpenter.k8s.aws/EC2NodeClass', 'ephemeral-storage', ['karpenter.k8s.aws/instance-gpu-count']],
  ['karpenter-kwok', 'karpenter.kwok.sh/KWOKNodeClass', 'ephemeral-storage', []],
])('of profile %s asks for disk and class as its backend reads them', (profile, kind, disk, further) => {
  const { spec } = nodeClaimObject(aNodeRequest(), 'ws0', backendSettings(profile))
  expect(`${spec.nodeClassRef.group}/${spec.nodeClassRef.kind}`).toBe(kind)
  expect(Object.keys(spec.resources?.requests ?? {})).toEqual([disk, 'nvidia.com/gpu'])
  expect(spec.requirements.slice(3).map(({ key }) => key)).toEqual(further)
})

test('labels of the user do not stand in for those that say whose the node is', () => {
  const labels = { 'kaito.sh/workspace': 'other', 'karpenter.sh/nodepool': 'other' }
  const claim = nodeClaimObject(aNodeRequest({ labels }), 'ws0')
  expect(isOwnedBy(claim, aNodeRequest().workspace)).toBe(true)
  expect(claim.metadata.labels?.['karpenter.sh/nodepool']).toBe('kaito')
})

test('names the class of the Workspace, and asks for capacity only when that is wanted', () => {
  const nodeClass = { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'gpu' }
  const backend = backendSettings('karpenter-aws', { capacityTypeLabel: 'example.com/capacity' })
  const { spec } = nodeClaimObject(aNodeRequest({ nodeClass, capacityType: 'spot' }), 'ws0', backend)
  expect(spec.nodeClassRef).toEqual(nodeClass)
  expect(spec.requirements).toContainEqual({ key: 'example.com/capacity', operator: 'In', values: ['spot'] })
})

test('settings change what a claim says, and a backend without a default class is a fault of the settings', () => {
  const changed = { diskRequest: 'none', taints: [], doNotDisrupt: false, expireAfter: '24h' }
  const { spec, metadata } = nodeClaimObject(aNodeRequest(), 'ws0', backendSettings('karpenter-kwok', changed))
  expect(spec).toMatchObject({ taints: [], expireAfter: '24h', resources: { requests: { 'nvidia.com/gpu': '1' } } })
  expect(metadata.annotations).toEqual({ 'kaito.sh/workspace-uid': 'uid-1' })
  const backend = backendSettings('karpenter-kwok', { defaultNodeClass: null })
  const wanted = { request: aNodeRequest(), name: 'ws0', instanceTypes: ['a'], backend }
  expect(() => nodeClaimKind.object(wanted)).toThrow(/karpenter-kwok have no defaultNodeClass/)
})
