import type { AgentPool } from '@azure/arm-containerservice'
import { describe, expect, test } from 'vitest'
import { agentPoolInstance } from './agent-pool-instance.ts'

const TAGS = {
  'kaito-claim-uid': 'uid-1',
  'kaito-cluster': 'rg1/aks1',
  'kaito-launch': '2',
  'kaito-claim-created-at': '2026-01-02T03:04:05Z',
}
const instance = (pool: Partial<AgentPool>) =>
  agentPoolInstance({ name: 'ws1', vmSize: 'Standard_X', ...pool }, 'rg1/aks1')

describe('instance of an agent pool', () => {
  test('is ours by its tags', () => {
    expect(instance({ provisioningState: 'Succeeded', tags: TAGS })).toEqual({
      name: 'ws1',
      claimUid: 'uid-1',
      madeByKaito: false,
      launch: 2,
      claimCreatedAt: '2026-01-02T03:04:05Z',
      state: 'Running',
      failure: undefined,
      instanceType: 'Standard_X',
      capacityType: 'on-demand',
      nodeSelector: { agentpool: 'ws1', 'kubernetes.azure.com/agentpool': 'ws1' },
    })
  })

  test.each<[string, Record<string, string> | undefined, object]>([
    ['no tags', undefined, { claimUid: undefined, launch: undefined, claimCreatedAt: undefined }],
    ['labels of KAITO alone', { 'kaito.sh/workspace': 'x' }, { claimUid: undefined }],
    ['an empty UID', { ...TAGS, 'kaito-claim-uid': '' }, { claimUid: undefined, launch: undefined }],
    ['another cluster', { ...TAGS, 'kaito-cluster': 'rg1/other' }, { claimUid: undefined, claimCreatedAt: undefined }],
    [
      'other case',
      { 'Kaito-Claim-UID': 'uid-1', 'KAITO-CLUSTER': 'RG1/AKS1' },
      { claimUid: 'uid-1', launch: undefined },
    ],
    ['a broken ordinal', { ...TAGS, 'kaito-launch': 'two' }, { claimUid: 'uid-1', launch: undefined }],
    ['a broken time', { ...TAGS, 'kaito-claim-created-at': 'soon' }, { claimUid: 'uid-1', claimCreatedAt: undefined }],
  ])('with %s', (_case, tags, expected) => {
    expect(instance(tags ? { tags } : {})).toMatchObject(expected)
  })

  test.each<[Partial<AgentPool>, string]>([
    [{ provisioningState: 'Creating' }, 'Creating'],
    [{ provisioningState: 'Deleting' }, 'Deleting'],
    [{ provisioningState: 'Succeeded', powerState: { code: 'Running' } }, 'Running'],
    [{ provisioningState: 'Succeeded', powerState: { code: 'Stopped' } }, 'Stopped'],
    [{ provisioningState: 'Stopping', powerState: { code: 'Stopped' } }, 'Busy'],
    [{ provisioningState: 'Upgrading' }, 'Busy'],
    [{ provisioningState: 'SomethingNew' }, 'Busy'],
    [{ provisioningState: 'constructor' }, 'Busy'],
    [{}, 'Running'],
    [{ provisioningState: 'Failed' }, 'Failed'],
    [{ provisioningState: 'Canceled' }, 'Failed'],
  ])('reads %j as %s', (pool, state) => {
    expect(instance(pool).state).toBe(state)
  })

  test('says why it failed, and what to do', () => {
    const provisioningError = { code: 'SkuNotAvailable', message: 'The requested VM size is not available' }
    const failed = instance({ vmSize: 'Standard_NC6s_v3', provisioningState: 'Failed', status: { provisioningError } })
    expect(failed.failure).toEqual({
      reason: 'SkuNotAvailable',
      message: 'SkuNotAvailable: The requested VM size is not available',
      remedy: 'Standard_NC6s_v3 is retired in Azure: use Standard_NC4as_T4_v3.',
    })
    expect(instance({ provisioningState: 'Failed' }).failure).toMatchObject({ reason: 'Unknown' })
    expect(instance({ provisioningState: 'Canceled' }).failure).toMatchObject({ reason: 'Unknown' })
  })

  test('is on spot capacity whatever the case AKS writes', () => {
    expect(instance({ scaleSetPriority: 'spot' }).capacityType).toBe('spot')
  })
})
