import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { AZURE_CALL_LIMITS } from './call-limits.ts'
import { arm, azure, CLUSTER, call, HOST, OURS, onPool, playAzure, pool, QUERY } from './testing/azure-wire.ts'

playAzure()

describe('reading', () => {
  test.each([
    ['AKS: no such pool', { code: 'NotFound', message: 'x', details: [{ code: 'Unspecified', message: 'rpc error' }] }],
    ['wrapped', { error: { code: 'NotFound', message: 'Agent Pool not found' } }],
  ])('takes 404 as absence: %s', async (_case, body) => {
    arm().get(onPool('ws1')).query(QUERY).reply(404, body)
    expect(await azure().cloud.get('ws1', call)).toBeUndefined()
  })

  test('takes ResourceNotFound as absence only if the cluster is there', async () => {
    const body = { error: { code: 'ResourceNotFound', message: 'The Resource was not found' } }
    arm().get(onPool('ws1')).query(QUERY).twice().reply(404, body)
    arm()
      .get(CLUSTER)
      .query(QUERY)
      .reply(200, { properties: { provisioningState: 'Succeeded' } })
    expect(await azure().cloud.get('ws1', call)).toBeUndefined()
    arm().get(CLUSTER).query(QUERY).reply(404, body)
    await expect(azure().cloud.get('ws1', call)).rejects.toMatchObject({ reason: 'InvalidRequest' })
  })

  test.each<[string, [number, nock.Body, string]]>([
    ['parent', [404, { error: { code: 'ParentResourceNotFound', message: 'x' } }, 'InvalidRequest']],
    ['resource group', [404, { error: { code: 'ResourceGroupNotFound', message: 'x' } }, 'InvalidRequest']],
    ['subscription', [404, { error: { code: 'SubscriptionNotFound', message: 'x' } }, 'InvalidRequest']],
    ['page of a proxy', [404, '<html>not found</html>', 'InvalidRequest']],
    ['rights', [403, { error: { code: 'AuthorizationFailed', message: 'x' } }, 'Unauthorized']],
    ['server', [503, 'unavailable', 'CloudUnreachable']],
    ['half a body', [200, '{"name": "ws1", "prop', 'CloudUnreachable']],
    ['page of a portal', [200, '<html>log in</html>', 'CloudUnreachable']],
    ['another thing', [200, {}, 'CloudUnreachable']],
    ['nothing', [200, 'null', 'CloudUnreachable']],
    ['a body of the wrong shape', [200, { name: 'ws1', properties: { nodeTaints: 7 } }, 'CloudUnreachable']],
  ])('throws and never takes for absence: %s', async (_case, [status, body, reason]) => {
    arm().get(onPool('ws1')).query(QUERY).reply(status, body)
    await expect(azure().cloud.get('ws1', call)).rejects.toMatchObject({ name: 'CloudError', reason })
  })

  test('lists every page, the last one empty', async () => {
    const next = `${HOST}${CLUSTER}/agentPools?api-version=2026-06-01&$skipToken=2`
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(200, { value: [pool('ws1', { tags: OURS })], nextLink: next })
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query({ ...QUERY, $skipToken: '2' })
      .reply(200, { value: [] })
    expect(await azure().cloud.list(call)).toMatchObject([{ name: 'ws1', claimUid: 'uid-1', state: 'Running' }])
  })

  test('throws for a list that breaks off', async () => {
    const next = `${HOST}${CLUSTER}/agentPools?api-version=2026-06-01&$skipToken=2`
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(200, { value: [pool('ws1')], nextLink: next })
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query({ ...QUERY, $skipToken: '2' })
      .reply(500)
    await expect(azure().cloud.list(call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })

  test('ends a list whose second page does not come when the call is aborted', async () => {
    const next = `${HOST}${CLUSTER}/agentPools?api-version=2026-06-01&$skipToken=2`
    const abort = new AbortController()
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(200, { value: [pool('ws1')], nextLink: next })
    const second = arm()
    second
      .get(`${CLUSTER}/agentPools`)
      .query({ ...QUERY, $skipToken: '2' })
      .delay(60_000)
      .reply(200, { value: [] })
    second.once('request', () => abort.abort(new Error('stopping')))
    await expect(azure().cloud.list({ signal: abort.signal })).rejects.toThrow('stopping')
    nock.abortPendingRequests()
  })

  test.each<[string, number, nock.Body]>([
    ['a link', 200, { value: [], nextLink: 'https://evil.test/agentPools' }],
    ['a redirect', 302, ''],
    ['a redirect that repeats the request', 307, ''],
  ])('takes the token to no other host by %s', async (_case, status, body) => {
    const evil = nock('https://evil.test').get(/.*/).reply(200, { value: [] })
    arm().get(`${CLUSTER}/agentPools`).query(QUERY).reply(status, body, { location: 'https://evil.test/agentPools' })
    await expect(azure().cloud.list(call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
    expect(evil.isDone()).toBe(false)
    nock.cleanAll()
  })

  test('says which setting is wrong when the cluster is not there', async () => {
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(404, { error: { code: 'ResourceNotFound', message: 'The Resource was not found' } })
    await expect(azure().cloud.list(call)).rejects.toMatchObject({
      reason: 'InvalidRequest',
      remedy: 'Correct AZURE_CLUSTER_NAME: there is no cluster aks1 in resource group rg1 of subscription sub-1.',
    })
  })

  test('takes an unknown state as busy and says so once', async () => {
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .twice()
      .reply(200, pool('ws1', { provisioningState: 'Rebalancing' }))
    const { cloud, logged } = azure()
    expect(await cloud.get('ws1', call)).toMatchObject({ state: 'Busy', failure: undefined })
    await cloud.get('ws1', call)
    expect(logged).toEqual([[{ pool: 'ws1', provisioningState: 'Rebalancing' }, expect.any(String)]])
  })

  test.each([
    [{ provisioningState: 'Succeeded', powerState: { code: 'Running' } }, 'Running'],
    [{ provisioningState: 'Failed', powerState: { code: 'Running' } }, 'Running'],
    [{ provisioningState: 'Succeeded', powerState: { code: 'Stopped' } }, 'Stopped'],
    [{ provisioningState: 'Starting', powerState: { code: 'Stopped' } }, 'Busy'],
    [{ provisioningState: 'Upgrading', powerState: { code: 'Running' } }, 'Busy'],
  ])('reads the cluster %j as %s', async (properties, state) => {
    arm().get(CLUSTER).query(QUERY).reply(200, { name: 'aks1', properties })
    expect(await azure().cloud.health(call)).toEqual({ state })
  })

  test('reports each call once, with its status', async () => {
    const calls: object[] = []
    arm().get(onPool('ws1')).query(QUERY).reply(404, { code: 'NotFound', message: 'x' })
    await azure({ onRequest: (one) => calls.push(one) }).cloud.get('ws1', call)
    expect(calls).toEqual([{ operation: 'getAgentPool', status: 404, durationMs: 0 }])
  })

  test('hands out what tells the calls that are left', async () => {
    const hooks = { read: (): Record<string, number> => ({}) }
    arm().get(onPool('ws1')).query(QUERY).reply(404, { code: 'NotFound', message: 'x' })
    const { cloud } = azure({
      limits: AZURE_CALL_LIMITS,
      onCallsLeft: (read) => {
        hooks.read = read
      },
    })
    const before = hooks.read().agentPools ?? 0
    await cloud.get('ws1', call)
    expect(hooks.read().agentPools).toBe(before - 1)
  })
})
