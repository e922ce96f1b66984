import { describe, expect, test } from 'vitest'
import { correlationId } from './correlation-id.ts'
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
      .matchHeader('x-ms-correlation-request-id', correlationId('uid-1', 1))
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

  test('row 2: asks again for a deletion under way only when told to', async () => {
    const { cloud } = azure()
    const deleting = () =>
      arm()
        .get(onPool('ws1'))
        .query(QUERY)
        .reply(200, pool('ws1', { provisioningState: 'Deleting', tags: OURS }))
    deleting()
    await cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)
    deleting()
    arm().delete(onPool('ws1')).query(true).matchHeader('if-match', 'etag-7').reply(202)
    await cloud.terminate({ name: 'ws1', claimUid: 'uid-1', again: true }, call)
  })

  test('row 41: sends one deletion of a pool at a time, and the next looks again', async () => {
    const { cloud } = azure()
    const sent: string[] = []
    const note = (what: string) => () => {
      sent.push(what)
      return what === 'DELETE'
        ? ''
        : pool('ws1', { tags: OURS, ...(sent.length > 1 && { provisioningState: 'Deleting' }) })
    }
    arm().get(onPool('ws1')).query(QUERY).times(3).delay(5).reply(200, note('GET'))
    arm().delete(onPool('ws1')).query(true).delay(20).reply(202, note('DELETE'))
    await Promise.all([1, 2, 3].map(() => cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)))
    expect(sent).toEqual(['GET', 'DELETE', 'GET', 'GET'])
  })

  test('goes on with the next deletion when one has failed', async () => {
    const { cloud } = azure()
    arm().get(onPool('ws1')).query(QUERY).reply(500)
    arm().get(onPool('ws1')).query(QUERY).reply(404, { code: 'NotFound', message: 'x' })
    const [first, second] = [1, 2].map(() => cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call))
    await expect(first).rejects.toMatchObject({ reason: 'CloudUnreachable' })
    await expect(second).resolves.toBeUndefined()
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
