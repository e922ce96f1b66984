import type { Instance } from '@kaito/cloud-provider'

/** The running instance of `aMachine()`, with any part replaced. */
export function anInstance(parts: Partial<Instance> = {}): Instance {
  return {
    name: 'ws0123456ab',
    claimUid: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    madeByKaito: false,
    launch: 1,
    state: 'Running',
    failure: undefined,
    instanceType: 'Standard_NC24ads_A100_v4',
    capacityType: 'on-demand',
    nodeSelector: { 'fake-cloud/instance': 'ws0123456ab' },
    claimCreatedAt: '2026-01-01T00:00:00Z',
    ...parts,
  }
}
