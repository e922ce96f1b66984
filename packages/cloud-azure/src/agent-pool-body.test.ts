import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { describe, expect, test } from 'vitest'
import { agentPoolBody } from './agent-pool-body.ts'

const SUBNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n'
const RESERVATION = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/c'

const body = (overrides: Parameters<typeof anInstanceSpec>[0] = {}) =>
  agentPoolBody(anInstanceSpec(overrides), { cluster: 'rg1/aks1', location: 'eastus' })

describe('agent pool body', () => {
  test('leaves disk, priority, zones and GPU driver to AKS unless asked', () => {
    const sent = body()
    for (const key of ['osDiskSizeGB', 'scaleSetPriority', 'availabilityZones', 'gpuProfile']) {
      expect(sent).not.toHaveProperty(key)
    }
  })

  test('N50: is what gpu-provisioner v0.4.3 sends, and more', () => {
    const sent = body({
      labels: { 'kaito.sh/workspace': 'phi-3', 'karpenter.sh/nodepool': 'mine' },
      diskGiB: 158,
      class: { osSKU: 'AzureLinux' },
    })
    expect(sent).toMatchObject({
      count: 1,
      typePropertiesType: 'VirtualMachineScaleSets',
      osType: 'Linux',
      osSKU: 'AzureLinux',
      vmSize: 'Standard_NC24ads_A100_v4',
      osDiskSizeGB: 158,
      nodeLabels: {
        'kaito.sh/workspace': 'phi-3',
        'karpenter.sh/nodepool': 'mine',
        'kaito.sh/machine-type': 'gpu',
        'kaito.sh/creation-timestamp': '2026-01-02T03-04-05Z',
      },
      nodeTaints: ['sku=gpu:NoSchedule'],
    })
    expect(body({ labels: {} }).nodeLabels).toMatchObject({ 'karpenter.sh/nodepool': 'kaito' })
    const machine = body({ labels: { 'karpenter.sh/provisioner-name': 'default' } })
    expect(machine.nodeLabels).not.toHaveProperty(['karpenter.sh/nodepool'])
  })

  test('is the same for the same spec, whenever it is made', () => {
    const wanted = { zone: '1', capacityType: 'spot', class: { osDisk: { type: 'Ephemeral', sizeGiB: 64 } } } as const
    expect(body(wanted)).toEqual(body(structuredClone(wanted)))
  })

  test.each<[string, Parameters<typeof anInstanceSpec>[0], object]>([
    ['a subnet', { class: { subnetId: SUBNET } }, { vnetSubnetID: SUBNET }],
    [
      'tags, among which ours win',
      { class: { tags: { team: 'a', 'KAITO-Claim-UID': 'x' } } },
      { tags: expect.objectContaining({ team: 'a', 'kaito-claim-uid': anInstanceSpec().claimUid }) },
    ],
    ['another image', { class: { osSKU: 'Ubuntu2404' } }, { osSKU: 'Ubuntu2404' }],
    ['a disk', { class: { osDisk: { sizeGiB: 256, type: 'Managed' } } }, { osDiskSizeGB: 256, osDiskType: 'Managed' }],
    ['a disk, and the claim its own', { diskGiB: 100, class: { osDisk: { sizeGiB: 256 } } }, { osDiskSizeGB: 100 }],
    ['less disk than AKS gives', { diskGiB: 10 }, { osDiskSizeGB: 30 }],
    [
      'a spot price',
      { capacityType: 'spot', class: { spotMaxPrice: '1.5' } },
      { scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete', spotMaxPrice: 1.5 },
    ],
    [
      'reserved capacity',
      { class: { capacityReservationGroupId: RESERVATION } },
      { capacityReservationGroupID: RESERVATION },
    ],
    ['no driver', { class: { gpu: { driver: 'None' } } }, { gpuProfile: { driver: 'None' } }],
    ['parts of GPUs', { class: { gpu: { instanceProfile: 'MIG1g' } } }, { gpuInstanceProfile: 'MIG1g' }],
  ])('asks for %s', (_case, wanted, expected) => {
    expect(body(wanted)).toMatchObject(expected)
  })

  test('names a tag of ours once, whatever the case a class writes it in', () => {
    expect(Object.keys(body({ class: { tags: { 'KAITO-Claim-UID': 'x' } } }).tags ?? {})).not.toContain(
      'KAITO-Claim-UID',
    )
  })

  test('pays no spot price for a regular machine', () => {
    expect(body({ class: { priority: 'SpotThenRegular', spotMaxPrice: '1.5' } })).not.toHaveProperty('spotMaxPrice')
  })

  test.each([
    [{ diskGiB: 158 }, { osDiskSizeGB: 158 }],
    [{ capacityType: 'spot' }, { scaleSetPriority: 'Spot' }],
    [{ zone: '2' }, { availabilityZones: ['2'] }],
    [{ zone: 'eastus-3' }, { availabilityZones: ['3'] }],
    [{ instanceType: 'Standard_D4s_v3' }, { nodeLabels: { 'kaito.sh/machine-type': 'cpu' } }],
    [{ taints: [{ key: 'a', effect: 'NoExecute' }] }, { nodeTaints: ['a=:NoExecute'] }],
    [
      { taints: [{ key: 'kubernetes.azure.com/scalesetpriority', value: 'spot', effect: 'NoSchedule' }] },
      { nodeTaints: [] },
    ],
  ] as const)('asks for %j as %j', (overrides, expected) => {
    expect(body(structuredClone(overrides) as never)).toMatchObject(expected)
  })

  test.each([
    'kubernetes.azure.com/mode',
    'kubernetes.io/os',
    'node-role.kubernetes.io/gpu',
    'topology.kubernetes.io/zone',
    'beta.kubernetes.io/arch',
    'failure-domain.beta.kubernetes.io/zone',
    'node-restriction.kubernetes.io/a',
    'node.kubernetes.io/instance-type',
    'x.k8s.io/y',
    'agentpool',
  ])('leaves the label %s to AKS', (key) => {
    expect(body({ labels: { [key]: 'x' } }).nodeLabels).not.toHaveProperty([key])
  })

  test.each([
    'node.kubernetes.io/lifecycle',
    'kubelet.kubernetes.io/a',
    'karpenter.sh/provisioner-name',
    'apps',
    'notkubernetes.io/a',
  ])('passes the label %s on', (key) => {
    expect(body({ labels: { [key]: 'x' } }).nodeLabels).toHaveProperty([key], 'x')
  })

  test.each<[string, Parameters<typeof anInstanceSpec>[0]]>([
    ['a name with a capital', { name: 'Ws1' }],
    ['a name that starts with a digit', { name: '1ws' }],
    ['a name of 13 characters', { name: 'w234567890123' }],
    ['a size that is none', { instanceType: 'Standard NC6' }],
    ['a disk of a fraction', { diskGiB: 1.5 }],
    ['a disk beyond the largest', { diskGiB: 2049 }],
    ['a label value with a space', { labels: { a: 'b c' } }],
    ['a label value too long', { labels: { a: 'x'.repeat(64) } }],
    ['a label key without a name', { labels: { 'a.b/': 'x' } }],
    ['a taint with an unknown effect', { taints: [{ key: 'a', effect: 'Evict' }] }],
    ['a claim without a time', { claimCreatedAt: '' }],
    ['spot machines of a reservation', { capacityType: 'spot', class: { capacityReservationGroupId: RESERVATION } }],
    ['a reservation that is no id', { class: { capacityReservationGroupId: SUBNET } }],
    ['a subnet that is no id', { class: { subnetId: 'default' } }],
    [
      'parts of GPUs that cannot be cut',
      { instanceType: 'Standard_NC4as_T4_v3', class: { gpu: { instanceProfile: 'MIG1g' } } },
    ],
    ['a price that is none', { capacityType: 'spot', class: { spotMaxPrice: '0' } }],
    ['a tag that Azure keeps', { class: { tags: { 'azure-x': 'a' } } }],
    ['a tag with a slash', { class: { tags: { 'a/b': 'a' } } }],
    ['a tag that is too long', { class: { tags: { a: 'x'.repeat(257) } } }],
  ])('refuses %s before anything is sent', (_case, overrides) => {
    expect(() => body(overrides)).toThrow(expect.objectContaining({ reason: 'InvalidRequest' }))
  })
})
