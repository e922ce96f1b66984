import type { Machine, NodeClaim } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'

const SIZE = 'Standard_NC24ads_A100_v4'
const HELD = ['karpenter.sh/termination']
const LAUNCHED_AT = '2029-12-01T00:00:00Z'
const WORKSPACE = { 'kaito.sh/workspace': 'phi-3', 'kaito.sh/workspacenamespace': 'default' }
const requirement = (key: string, value: string) => ({ key, operator: 'In' as const, values: [value] })

interface Left {
  name: string
  uid: string
  providerID: string
}

/** A Machine in service as gpu-provisioner 0.2.1 leaves it. */
export function machineLeftByKaito({ name, uid, providerID }: Left): Machine {
  const conditions = ['MachineInitialized', 'MachineLaunched', 'MachineRegistered', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: LAUNCHED_AT,
  }))
  return aMachine({
    metadata: {
      name,
      uid,
      finalizers: HELD,
      labels: { ...WORKSPACE, 'karpenter.sh/provisioner-name': 'default' },
      annotations: { 'karpenter.sh/linked': providerID, NodeHeartBeatTimeStamp: '2029-12-31T23:59:00Z' },
      creationTimestamp: LAUNCHED_AT,
    },
    spec: {
      machineTemplateRef: { name: 'phi-3' },
      requirements: [
        requirement('node.kubernetes.io/instance-type', SIZE),
        requirement('karpenter.sh/provisioner-name', 'default'),
        requirement('kubernetes.io/os', 'linux'),
      ],
      resources: { requests: { storage: '120Gi' } },
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    },
    status: { providerID, nodeName: `node-of-${name}`, capacity: {}, allocatable: {}, conditions },
  })
}

/** A NodeClaim in service as gpu-provisioner 0.4.3 leaves it. */
export function nodeClaimLeftByKaito({ name, uid, providerID }: Left): NodeClaim {
  const conditions = ['Initialized', 'Launched', 'Registered', 'Ready'].map((type) => ({
    type,
    status: 'True' as const,
    reason: type,
    message: '',
    observedGeneration: 1,
    lastTransitionTime: LAUNCHED_AT,
  }))
  return aNodeClaim({
    metadata: {
      name,
      uid,
      finalizers: HELD,
      labels: { ...WORKSPACE, 'karpenter.sh/nodepool': 'kaito', 'node.kubernetes.io/instance-type': SIZE },
      annotations: { 'kaito.sh/node-image-family': 'ubuntu' },
      creationTimestamp: LAUNCHED_AT,
    },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      requirements: [
        requirement('karpenter.sh/nodepool', 'kaito'),
        requirement('node.kubernetes.io/instance-type', SIZE),
        requirement('kubernetes.io/os', 'linux'),
      ],
      resources: { requests: { storage: '120Gi' } },
    },
    status: { providerID, nodeName: `node-of-${name}`, conditions },
  })
}

/** The Node of either: registered and initialized by Karpenter core, with the claim as its owner. */
export function nodeLeftByKaito({ apiVersion, kind, metadata }: Machine | NodeClaim, providerID: string): Node {
  const { name, uid = '', labels } = metadata
  return {
    metadata: {
      name: `node-of-${name}`,
      labels: {
        ...labels,
        'kaito.sh/machine-type': 'gpu',
        'karpenter.sh/registered': 'true',
        'karpenter.sh/initialized': 'true',
        'fake-cloud/instance': name,
        'node.kubernetes.io/instance-type': SIZE,
        'topology.kubernetes.io/zone': 'eastus-1',
      },
      finalizers: HELD,
      ownerReferences: [{ apiVersion, kind, name, uid, blockOwnerDeletion: true }],
    },
    spec: { providerID, taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
    status: {
      capacity: { cpu: '24', 'nvidia.com/gpu': '1' },
      allocatable: { cpu: '23', 'nvidia.com/gpu': '1' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }
}
