import { describe, expect, test } from 'vitest'
import { arm, azure, call, HOST, OURS, onPool, playAzure, pool, QUERY } from './testing/azure-wire.ts'

playAzure()

describe('terminate', () => {
  test('reads, then deletes exactly what it read', async () => {
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .reply(200, pool('ws1', { tags: OURS }))
    arm()
      .delete(onPool('ws1'))
      .query({ ...QUERY, 'ignore-pod-disruption-budget': 'true' })
      .matchHeader('if-match', 'etag-7')
      .reply(202, '', { 'azure-asyncoperation': `${HOST}/operations/2`, location: `${HOST}/operationresults/2` })
    await expect(azure().cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)).resolves.toBeUndefined()
  })

  test('leaves a pool that is being deleted alone', async () => {
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .reply(200, pool('ws1', { provisioningState: 'Deleting', tags: OURS }))
    await azure().cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)
  })

  test.each([
    [204, '', undefined],
    [404, { code: 'NotFound', message: 'x' }, undefined],
    [409, { code: 'OperationNotAllowed', message: 'Another operation is in progress' }, 'ClusterBusy'],
    [412, { code: 'PreconditionFailed', message: 'changed' }, 'ClusterBusy'],
    [403, { error: { code: 'AuthorizationFailed', message: 'no' } }, 'Unauthorized'],
    [404, { error: { code: 'ResourceGroupNotFound', message: 'no' } }, 'InvalidRequest'],
  ])('takes the answer %i to a DELETE as %j says', async (status, body, reason) => {
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .reply(200, pool('ws1', { tags: OURS }))
    arm().delete(onPool('ws1')).query(true).reply(status, body)
    const ended = azure().cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)
    if (reason) await expect(ended).rejects.toMatchObject({ reason })
    else await expect(ended).resolves.toBeUndefined()
  })

  test('sends nothing for a name AKS cannot have', async () => {
    await azure().cloud.terminate({ name: 'Not-A-Pool', claimUid: 'uid-1' }, call)
    expect(await azure().cloud.get('Not-A-Pool', call)).toBeUndefined()
  })
})
