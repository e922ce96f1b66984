import { expect, test } from 'vitest'
import { emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

async function joined(properties: object) {
  const { put, emulator, nodesOf } = emulatedArm()
  await put('ws1', properties)
  emulator.advance(90)
  const [node] = nodesOf('ws1')
  if (!node) throw new Error('No Node joined')
  return node
}

test('a GPU node joins with the names, labels and taints of AKS, and without GPUs', async () => {
  const node = await joined({
    ...gpuPool,
    vmSize: 'Standard_NC6s_v3',
    osDiskSizeGB: 128,
    maxPods: 110,
    nodeLabels: { 'kaito.sh/workspace': 'phi' },
    nodeTaints: ['sku=gpu:NoSchedule', 'only:NoExecute'],
  })
  const { name, labels, annotations } = node.metadata
  expect(name).toMatch(/^aks-ws1-\d{8}-vmss000000$/)
  expect(labels).toMatchObject({
    agentpool: 'ws1',
    'kubernetes.azure.com/agentpool': 'ws1',
    'kubernetes.azure.com/cluster': 'MC_rg1_aks1_eastus',
    'kubernetes.azure.com/mode': 'user',
    accelerator: 'nvidia',
    'node.kubernetes.io/instance-type': 'Standard_NC6s_v3',
    'topology.kubernetes.io/region': 'eastus',
    'topology.kubernetes.io/zone': '0',
    'kubernetes.io/hostname': name,
    'kubernetes.io/arch': 'amd64',
    'kaito.sh/workspace': 'phi',
  })
  expect(annotations).toMatchObject({ 'simulation.kaito.sh/node': 'true', 'simulation.kaito.sh/gpus': '1' })
  expect(node.spec).toEqual({
    providerID: `azure:///subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/mc_rg1_aks1_eastus/providers/Microsoft.Compute/virtualMachineScaleSets/${name.slice(0, -6)}/virtualMachines/0`,
    taints: [
      { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
      { key: 'only', effect: 'NoExecute' },
    ],
  })
  expect(node.status.capacity).toMatchObject({ cpu: '6', pods: '110', 'ephemeral-storage': '129882495Ki' })
  expect(Object.keys(node.status.capacity)).not.toContain('nvidia.com/gpu')
  expect(node.status.allocatable).toMatchObject({ cpu: '5860m' })
})

test('a zonal spot node says so', async () => {
  const { metadata, spec } = await joined({ ...gpuPool, scaleSetPriority: 'Spot', availabilityZones: ['2'] })
  expect(metadata.labels).toMatchObject({
    'topology.kubernetes.io/zone': 'eastus-2',
    'kubernetes.azure.com/scalesetpriority': 'spot',
    'kubernetes.azure.com/priority': 'spot',
  })
  expect(spec.taints).toEqual([{ key: 'kubernetes.azure.com/scalesetpriority', value: 'spot', effect: 'NoSchedule' }])
})

test('without the driver no GPU works', async () => {
  const { metadata } = await joined({ ...gpuPool, gpuProfile: { driver: 'None' } })
  expect(metadata.annotations['simulation.kaito.sh/gpus']).toBe('0')
})

test('names count machines in base 36', async () => {
  const { put, emulator, nodesOf } = emulatedArm()
  await put('ws1', { ...gpuPool, count: 11 })
  emulator.advance(90)
  const last = nodesOf('ws1').at(-1)
  expect(last?.metadata.name).toMatch(/-vmss00000a$/)
  expect(last?.spec.providerID).toMatch(/virtualMachines\/10$/)
})

test('every cluster starts with a node for its own workloads', async () => {
  const { emulator, nodesOf } = emulatedArm()
  emulator.advance(0)
  expect(nodesOf('nodepool1')[0]?.metadata.labels['kubernetes.azure.com/mode']).toBe('system')
  expect(emulator.ledger.livePools()).toEqual([])
})
