import type { InstanceSpec } from '../cloud-provider.ts'

/** A spec every cloud can launch, with what the test cares about replaced. */
export function anInstanceSpec(overrides: Partial<InstanceSpec> = {}): InstanceSpec {
  return {
    name: 'wsabc123',
    claimUid: '0f9d3f4e-6d4c-4c5f-9a53-3b1f6a2c7d10',
    launch: 1,
    instanceType: 'Standard_NC24ads_A100_v4',
    capacityType: 'on-demand',
    zone: undefined,
    labels: { 'kaito.sh/workspace': 'phi-3' },
    taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    diskGiB: undefined,
    class: {},
    claimCreatedAt: '2026-01-02T03:04:05Z',
    ...overrides,
  }
}
