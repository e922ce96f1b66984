import nock from 'nock'
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

describe('credentials and endpoints', () => {
  test('asks for a token once for several calls, and again before it ends', async () => {
    const scopes: unknown[] = []
    const expiresOnTimestamp = () => Date.now() + (scopes.length === 1 ? 60_000 : 3_600_000)
    const getToken = async (scope: unknown) => {
      scopes.push(scope)
      return { token: `token-${scopes.length}`, expiresOnTimestamp: expiresOnTimestamp() }
    }
    const { cloud } = azure({ credential: { getToken } })
    for (let read = 0; read < 3; read++) {
      arm().get(onPool('ws1')).query(QUERY).reply(200, pool('ws1'))
      await cloud.get('ws1', call)
    }
    expect(scopes.length).toBe(2)
    expect(scopes[0]).toEqual(['https://management.azure.com/.default'])
  })

  test('asks for a new token after Azure refused one', async () => {
    let asked = 0
    const getToken = async () => ({ token: `token-${++asked}`, expiresOnTimestamp: Date.now() + 3_600_000 })
    const { cloud } = azure({ credential: { getToken } })
    const expired = { error: { code: 'ExpiredAuthenticationToken', message: 'The access token expired' } }
    arm().get(onPool('ws1')).query(QUERY).matchHeader('authorization', 'Bearer token-1').reply(401, expired)
    await expect(cloud.get('ws1', call)).rejects.toMatchObject({ reason: 'Unauthorized' })
    arm().get(onPool('ws1')).query(QUERY).matchHeader('authorization', 'Bearer token-2').reply(200, pool('ws1'))
    expect(await cloud.get('ws1', call)).toMatchObject({ name: 'ws1' })
  })

  test('answers a challenge for further claims in the same call', async () => {
    let claims: unknown
    const getToken = async (_scopes: unknown, options?: { claims?: string }) => {
      claims = options?.claims
      return { token: claims ? 'stronger' : 'weak', expiresOnTimestamp: Date.now() + 3_600_000 }
    }
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${btoa('{"access_token":{}}')}"`
    arm().get(onPool('ws1')).query(QUERY).reply(401, '', { 'WWW-Authenticate': challenge })
    arm().get(onPool('ws1')).query(QUERY).matchHeader('authorization', 'Bearer stronger').reply(200, pool('ws1'))
    expect(await azure({ credential: { getToken } }).cloud.get('ws1', call)).toMatchObject({ name: 'ws1' })
    expect(claims).toBe('{"access_token":{}}')
  })

  test('asks for the token of a sovereign cloud', async () => {
    let asked: unknown
    const endpoint = 'https://management.usgovcloudapi.net'
    nock(endpoint).get(onPool('ws1')).query(QUERY).reply(200, pool('ws1'))
    const getToken = async (scopes: unknown) => {
      asked = scopes
      return { token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }
    }
    await azure({ endpoint, credential: { getToken } }).cloud.get('ws1', call)
    expect(asked).toEqual(['https://management.usgovcloudapi.net/.default'])
  })

  test('is unauthorized without a credential', async () => {
    const getToken = async () => {
      throw Object.assign(new Error('no token file'), { name: 'CredentialUnavailableError' })
    }
    const read = azure({ credential: { getToken } }).cloud.get('ws1', call)
    await expect(read).rejects.toMatchObject({ reason: 'Unauthorized', remedy: expect.any(String) })
  })

  test('refuses an endpoint without TLS', () => {
    expect(() => azure({ endpoint: 'http://management.azure.com' })).toThrow('https')
  })
})
