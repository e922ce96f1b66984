import { expect, test } from 'vitest'
import { aNodeRequest } from '../testing/node-request.ts'
import { machineObject } from '../testing/wanted-claim.ts'
import { isOwnedBy } from './ownership.ts'

test('asks for a tainted GPU node of the ordered sizes, labelled for its Workspace', () => {
  expect(machineObject(aNodeRequest({ instanceTypes: ['Standard_a', 'Standard_b'], gpusPerNode: 2 }), 'ws0')).toEqual({
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: {
      name: 'ws0',
      labels: {
        apps: 'phi-3',
        'karpenter.sh/provisioner-name': 'default',
        'kaito.sh/workspace': 'phi-3',
        'kaito.sh/workspacenamespace': 'default',
      },
      annotations: { 'kaito.sh/workspace-uid': 'uid-1', 'karpenter.sh/do-not-disrupt': 'true' },
    },
    spec: {
      requirements: [
        { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_a', 'Standard_b'] },
        { key: 'karpenter.sh/provisioner-name', operator: 'In', values: ['default'] },
        { key: 'kaito.sh/machine-type', operator: 'In', values: ['gpu'] },
        { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
        { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      ],
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      resources: { requests: { storage: '50Gi', 'nvidia.com/gpu': '2' } },
    },
  })
})

test('leaves the disk to the backend when none is asked for', () => {
  const requests = machineObject(aNodeRequest({ diskGiB: undefined }), 'ws0').spec?.resources?.requests
  expect(requests).toEqual({ 'nvidia.com/gpu': '1' })
})

test('labels of the user do not stand in for those that say whose the node is', () => {
  const labels = { 'kaito.sh/workspace': 'other', 'karpenter.sh/provisioner-name': 'other' }
  const machine = machineObject(aNodeRequest({ labels }), 'ws0')
  expect(isOwnedBy(machine, aNodeRequest().workspace)).toBe(true)
  expect(machine.metadata.labels?.['karpenter.sh/provisioner-name']).toBe('default')
})

test.each([
  ['another name', { name: 'other' }],
  ['another namespace', { namespace: 'other' }],
  ['another UID', { uid: 'uid-2' }],
])('%s is another owner', (_what, parts) => {
  const machine = machineObject(aNodeRequest(), 'ws0')
  expect(isOwnedBy(machine, { ...aNodeRequest().workspace, ...parts })).toBe(false)
})

test.each(['spot', 'on-demand'] as const)('asks for %s capacity only when that is wanted', (capacityType) => {
  const requirements = machineObject(aNodeRequest({ capacityType }), 'ws0').spec?.requirements
  const capacity = { key: 'karpenter.sh/capacity-type', operator: 'In', values: [capacityType] }
  expect(requirements).toEqual([...(machineObject(aNodeRequest(), 'ws0').spec?.requirements ?? []), capacity])
})

test('names the class of the node as its backend reads it', () => {
  const nodeClass = { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' }
  const plain = machineObject(aNodeRequest(), 'ws0')
  const machineTemplateRef = { apiVersion: 'kaito.sh/v1alpha1', kind: 'AgentPoolClass', name: 'gpu' }
  expect(machineObject(aNodeRequest({ nodeClass }), 'ws0')).toEqual({
    ...plain,
    spec: { ...plain.spec, machineTemplateRef },
  })
})

test('what is wanted of existing nodes and of the group changes no claim, byte for byte', () => {
  const wishes = aNodeRequest({ existingNodes: 'Prefer', preferredNodes: ['n'], allOrNothing: true })
  expect(JSON.stringify(machineObject(wishes, 'ws0'))).toBe(JSON.stringify(machineObject(aNodeRequest(), 'ws0')))
})
