import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { AZURE_CALL_LIMITS } from './call-limits.ts'
import { correlationId } from './correlation-id.ts'
import {
  arm,
  azure,
  BEARER,
  CLUSTER,
  call,
  HOST,
  OURS,
  onPool,
  playAzure,
  pool,
  QUERY,
  spec,
} from './testing/azure-wire.ts'

playAzure()

describe('launch', () => {
  test('row 36: sends one conditional PUT and follows no operation', async () => {
    let body: unknown
    const remember = (sent: unknown) => {
      body = sent
      return true
    }
    arm()
      .put(onPool('ws1'), remember)
      .query(QUERY)
      .matchHeader('if-none-match', '*')
      .matchHeader('x-ms-correlation-request-id', correlationId('uid-1', 1))
      .matchHeader('authorization', `Bearer ${BEARER}`)
      .matchHeader('user-agent', /^kaito-gpu-provisioner /)
      .reply(201, pool('ws1', { provisioningState: 'Creating' }), { 'azure-asyncoperation': `${HOST}/operations/1` })
    const { cloud, logged } = azure()
    await cloud.launch(spec, call)
    expect(body).toEqual({
      properties: {
        count: 1,
        mode: 'User',
        type: 'VirtualMachineScaleSets',
        osType: 'Linux',
        osSKU: 'Ubuntu',
        vmSize: 'Standard_NC24ads_A100_v4',
        nodeLabels: {
          'kaito.sh/workspace': 'phi-3',
          'kaito.sh/claim-uid': 'uid-1',
          'kaito.sh/machine-type': 'gpu',
          'kaito.sh/creation-timestamp': '2026-01-02T03-04-05Z',
          'karpenter.sh/nodepool': 'kaito',
        },
        nodeTaints: ['sku=gpu:NoSchedule'],
        tags: {
          'kaito-claim-uid': 'uid-1',
          'kaito-claim-created-at': '2026-01-02T03:04:05Z',
          'kaito-launch': '1',
          'kaito-cluster': 'rg1/aks1',
        },
      },
    })
    expect(logged).toEqual([
      [expect.objectContaining({ pool: 'ws1', claimUid: 'uid-1' }), 'agent pool create accepted'],
    ])
    expect(JSON.stringify(logged)).not.toContain(BEARER)
  })

  test('is accepted even when the answer says that the pool has failed already', async () => {
    arm()
      .put(onPool('ws1'))
      .query(QUERY)
      .reply(201, pool('ws1', { provisioningState: 'Failed' }))
    await expect(azure().cloud.launch(spec, call)).resolves.toBeUndefined()
  })

  test.each([412, 409])('succeeds when %i hides our own earlier create', async (status) => {
    arm().put(onPool('ws1')).query(QUERY).reply(status, { code: 'PreconditionFailed', message: 'exists' })
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .reply(200, pool('ws1', { provisioningState: 'Creating', tags: OURS }))
    await expect(azure().cloud.launch(spec, call)).resolves.toBeUndefined()
  })

  test.each([
    ['no tags', {}],
    ['another claim', { tags: { ...OURS, 'kaito-claim-uid': 'uid-2' } }],
    ['our tags, copied from another cluster', { tags: { ...OURS, 'kaito-cluster': 'rg1/aks2' } }],
  ])('is a name conflict over a pool with %s', async (_case, properties) => {
    arm().put(onPool('ws1')).query(QUERY).reply(412, { code: 'PreconditionFailed', message: 'exists' })
    arm().get(onPool('ws1')).query(QUERY).reply(200, pool('ws1', properties))
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'NameConflict' })
  })

  test('is busy when 412 names a pool that a read does not show yet', async () => {
    arm().put(onPool('ws1')).query(QUERY).reply(412, { code: 'PreconditionFailed', message: 'exists' })
    arm().get(onPool('ws1')).query(QUERY).reply(404, { code: 'NotFound', message: 'Could not find the agentpool' })
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'ClusterBusy', retryAfterMs: 2000 })
  })

  test('is busy while another operation runs on the cluster', async () => {
    const message = 'Operation is not allowed: Another agentpool operation (user - Creating) is in progress'
    arm()
      .put(onPool('ws1'))
      .query(QUERY)
      .reply(409, { code: 'OperationNotAllowed', details: null, message, subcode: '' })
    arm().get(onPool('ws1')).query(QUERY).reply(404, { code: 'NotFound', message: 'Could not find the agentpool' })
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'ClusterBusy' })
  })

  test('asks for the power state when a refusal does not explain itself', async () => {
    arm().put(onPool('ws1')).query(QUERY).reply(400, { code: 'OperationNotAllowed', message: 'No.' })
    arm()
      .get(CLUSTER)
      .query(QUERY)
      .reply(200, { properties: { powerState: { code: 'Stopped' } } })
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'ClusterStopped' })
  })

  test('says which choice was refused and what to do', async () => {
    const message = 'Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus.'
    arm().put(onPool('ws1')).query(QUERY).reply(400, { code: 'ErrCode_InsufficientVCPUQuota', details: null, message })
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({
      reason: 'QuotaExceeded',
      message: expect.stringContaining('remaining 0'),
      remedy: expect.stringContaining('StandardDasv7Family'),
      choice: { instanceType: 'Standard_NC24ads_A100_v4', zone: undefined, capacityType: 'on-demand' },
    })
  })

  test.each(['UPPER', 'w234567890123'])('N49: sends nothing for the name %s and says what names are', async (name) => {
    const error = azure().cloud.launch({ ...spec, name }, call)
    const message = expect.stringContaining('^[a-z][a-z0-9]{0,11}$')
    await expect(error).rejects.toMatchObject({ reason: 'InvalidRequest', message })
  })

  test('logs a refusal with the claim, the reason and the correlation id', async () => {
    arm().put(onPool('ws1')).query(QUERY).reply(400, { code: 'SubnetIsFull', message: 'no addresses' })
    const { cloud, logged } = azure()
    await expect(cloud.launch(spec, call)).rejects.toThrow()
    const facts = { pool: 'ws1', claimUid: 'uid-1', reason: 'InvalidRequest', correlationId: correlationId('uid-1', 1) }
    expect(logged).toEqual([[expect.objectContaining(facts), 'agent pool not created']])
  })

  test('row 78: sends no create beyond the most agent pools of the cluster, which it asks for before', async () => {
    const { cloud } = azure()
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(200, { value: [pool('a'), pool('b')] })
    await cloud.list(call)
    arm()
      .get(CLUSTER)
      .query(QUERY)
      .reply(200, { properties: { maxAgentPools: 3 } })
    await cloud.health(call)
    arm()
      .put(onPool('ws1'))
      .query(QUERY)
      .reply(201, pool('ws1', { provisioningState: 'Creating' }))
    await cloud.launch(spec, call)
    await expect(cloud.launch({ ...spec, name: 'ws2' }, call)).rejects.toMatchObject({
      reason: 'LimitReached',
      message: 'the cluster has 3 agent pools, and 3 is the most that AKS allows',
      remedy: expect.stringContaining('Delete agent pools'),
    })
  })

  test('row 6: is unreachable when the connection breaks after sending, and is sent once only', async () => {
    arm()
      .put(onPool('ws1'))
      .query(QUERY)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })

  test('ends with the reason of its signal when aborted on the way', async () => {
    const abort = new AbortController()
    const answer = arm()
    answer.put(onPool('ws1')).query(QUERY).delay(60_000).reply(201, pool('ws1'))
    answer.once('request', () => abort.abort(new Error('stopping')))
    await expect(azure().cloud.launch(spec, { signal: abort.signal })).rejects.toThrow('stopping')
    nock.abortPendingRequests()
  })

  test('row 34: sends a failing PUT once only', async () => {
    arm().put(onPool('ws1')).query(QUERY).reply(500, '<html>oops</html>')
    await expect(azure().cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })
})

describe('throttling', () => {
  test('row 33: passes on Retry-After and sends nothing to the same bucket before it ends', async () => {
    const clock = { time: 0, now: () => 0, monotonic: () => clock.time, after: () => () => undefined }
    const { cloud } = azure({ clock })
    arm()
      .get(`${CLUSTER}/agentPools`)
      .query(QUERY)
      .reply(429, { code: 'Throttled', message: 'slow' }, { 'Retry-After': '7' })
    await expect(cloud.list(call)).rejects.toMatchObject({ reason: 'Throttled', retryAfterMs: 7000 })
    clock.time = 6000
    await expect(cloud.get('ws1', call)).rejects.toMatchObject({ reason: 'Throttled', retryAfterMs: 1000 })
    clock.time = 7000
    arm().get(onPool('ws1')).query(QUERY).reply(200, pool('ws1'))
    expect(await cloud.get('ws1', call)).toMatchObject({ name: 'ws1' })
  })

  test('says nothing of a create that it holds back itself, and counts it nowhere', async () => {
    const limits = { ...AZURE_CALL_LIMITS, writes: { burst: 1, perSecond: 1 / 60 } }
    const { cloud, logged } = azure({ limits })
    arm()
      .put(onPool('ws0'))
      .query(QUERY)
      .reply(201, pool('ws0', { provisioningState: 'Creating' }))
    await cloud.launch({ ...spec, name: 'ws0' }, call)
    for (let attempt = 1; attempt < 200; attempt++) {
      const launch = cloud.launch({ ...spec, name: `ws${attempt}` }, call)
      await expect(launch).rejects.toMatchObject({ reason: 'Throttled' })
    }
    expect(logged).toHaveLength(1)
  })

  test('lets so many launches out at first and the others come back', async () => {
    const { cloud } = azure()
    arm()
      .put(/agentPools/)
      .query(QUERY)
      .times(10)
      .delay(5)
      .reply(201, pool('ws', { provisioningState: 'Creating' }))
    const launches = Array.from({ length: 12 }, (_, index) => cloud.launch({ ...spec, name: `ws${index}` }, call))
    const refused = (await Promise.allSettled(launches)).filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject([
      { reason: { reason: 'ClusterBusy', retryAfterMs: 500 } },
      { reason: { reason: 'ClusterBusy', retryAfterMs: 500 } },
    ])
  })

  test('holds nothing back with limits off', async () => {
    const { cloud } = azure({ limits: 'off' })
    arm()
      .put(/agentPools/)
      .query(QUERY)
      .times(300)
      .reply(201, pool('ws', { provisioningState: 'Creating' }))
    await Promise.all(Array.from({ length: 300 }, (_, index) => cloud.launch({ ...spec, name: `ws${index}` }, call)))
  })
})
