import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { describe, expect, test } from 'vitest'
import { agentPoolBody } from './agent-pool-body.ts'

const body = (overrides: Parameters<typeof anInstanceSpec>[0] = {}) =>
  agentPoolBody(anInstanceSpec(overrides), { cluster: 'rg1/aks1', location: 'eastus' })

describe('agent pool body', () => {
  test('leaves disk, priority, zones and GPU driver to AKS unless asked', () => {
    const sent = body()
    for (const key of ['osDiskSizeGB', 'scaleSetPriority', 'availabilityZones', 'gpuProfile']) {
      expect(sent).not.toHaveProperty(key)
    }
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
    ['a disk of nothing', { diskGiB: 0 }],
    ['a disk beyond the largest', { diskGiB: 2049 }],
    ['a label value with a space', { labels: { a: 'b c' } }],
    ['a label value too long', { labels: { a: 'x'.repeat(64) } }],
    ['a label key without a name', { labels: { 'a.b/': 'x' } }],
    ['a taint with an unknown effect', { taints: [{ key: 'a', effect: 'Evict' }] }],
    ['a claim without a time', { claimCreatedAt: '' }],
  ])('refuses %s before anything is sent', (_case, overrides) => {
    expect(() => body(overrides)).toThrow(expect.objectContaining({ reason: 'InvalidRequest' }))
  })
})
