import type { AgentPool } from '@azure/arm-containerservice'
import { describe, expect, test } from 'vitest'
import { adoptionBody, adoptionRefusal, isMachineOf, isMadeByKaito } from './adoption.ts'

const V0_2_1 = { 'karpenter.sh/provisioner-name': 'default', 'kaito.sh/machine-type': 'gpu', 'kaito.sh/workspace': 'w' }
const V0_4_3 = {
  'karpenter.sh/nodepool': 'kaito',
  'kaito.sh/machine-type': 'gpu',
  'kaito.sh/workspace': 'w',
  'kaito.sh/creation-timestamp': '2026-01-02T03-04-05Z',
}
const place = { subscriptionId: 'sub-1', nodeResourceGroup: 'MC_rg1_aks1_eastus' }
const machine = (scaleSet: string, group = 'mc_rg1_aks1_eastus', subscription = 'sub-1') =>
  `azure:///subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/0`
const adoption = {
  name: 'ws1',
  claimUid: 'uid-1',
  claimCreatedAt: '2026-01-02T03:04:05Z',
  launch: 1,
  providerID: machine('aks-ws1-12345678-vmss'),
}

describe("a pool of KAITO's provisioner", () => {
  test.each<[string, Partial<AgentPool>, boolean]>([
    ['as v0.2.1 leaves it', { nodeLabels: V0_2_1 }, true],
    ['as v0.4.3 leaves it', { nodeLabels: V0_4_3, tags: { team: 'a' } }, true],
    ['with our tags, of whatever cluster', { nodeLabels: V0_4_3, tags: { 'Kaito-Claim-UID': 'uid-2' } }, false],
    ['with a label of a Workspace alone', { nodeLabels: { 'kaito.sh/workspace': 'w' } }, false],
    ['with the label of Karpenter alone', { nodeLabels: { 'karpenter.sh/nodepool': 'default' } }, false],
    ['without labels', {}, false],
  ])('%s', (_case, pool, expected) => {
    expect(isMadeByKaito(pool)).toBe(expected)
  })

  test.each<[string, string, boolean]>([
    ['as AKS names it', machine('aks-ws1-12345678-vmss'), true],
    ['in other letters', machine('aks-ws1-12345678-vmss', 'MC_RG1_AKS1_EASTUS', 'SUB-1'), true],
    ['of a pool with a longer name', machine('aks-ws12-12345678-vmss'), false],
    ['of another cluster', machine('aks-ws1-12345678-vmss', 'mc_rg1_aks2_eastus'), false],
    ['of another subscription', machine('aks-ws1-12345678-vmss', 'mc_rg1_aks1_eastus', 'sub-2'), false],
    ['of a scale set that AKS did not name', machine('ws1'), false],
    ['of a machine without a scale set', 'azure:///subscriptions/sub-1/aks-ws1-12345678-vmss', false],
    ['of nothing', '', false],
  ])('has the machine %s', (_case, providerID, expected) => {
    expect(isMachineOf(providerID, 'ws1', place)).toBe(expected)
  })

  test.each<[string, Partial<AgentPool>, RegExp | undefined]>([
    ['with its marks and machine', { nodeLabels: V0_2_1 }, undefined],
    ['that carries the claim', { nodeLabels: { ...V0_2_1, 'kaito.sh/claim-uid': 'uid-1' } }, undefined],
    [
      'that carries another claim',
      { nodeLabels: { ...V0_2_1, 'kaito.sh/claim-uid': 'uid-2' } },
      /made for the claim uid-2/,
    ],
    ['without marks', {}, /labels of KAITO's provisioner/],
    ['of another name', { name: 'ws2', nodeLabels: V0_2_1 }, /is not one of it/],
  ])('%s', (_case, pool, expected) => {
    const refusal = adoptionRefusal({ name: 'ws1', ...pool }, adoption, place)
    if (expected) expect(refusal).toMatch(expected)
    else expect(refusal).toBeUndefined()
  })

  test('is sent back as it is, with our tags, and without what would be taken for a rollback', () => {
    const pool = { name: 'ws1', eTag: 'e1', vmSize: 'S', count: 1, nodeImageVersion: 'v', tags: { team: 'a' } }
    expect(adoptionBody(pool, adoption, 'rg1/aks1')).toEqual({
      etag: 'e1',
      body: {
        name: 'ws1',
        vmSize: 'S',
        count: 1,
        tags: {
          team: 'a',
          'kaito-claim-uid': 'uid-1',
          'kaito-claim-created-at': '2026-01-02T03:04:05Z',
          'kaito-launch': '1',
          'kaito-cluster': 'rg1/aks1',
        },
      },
    })
    expect(() => adoptionBody({ name: 'ws1' }, adoption, 'rg1/aks1')).toThrow('without an ETag')
  })
})
