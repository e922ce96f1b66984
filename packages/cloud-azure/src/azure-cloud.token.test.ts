import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { arm, azure, call, onPool, playAzure, pool, QUERY } from './testing/azure-wire.ts'

playAzure()

describe('token and endpoint', () => {
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

  test('repeats a call once with a new token when Azure takes the old one no more', async () => {
    let asked = 0
    const getToken = async () => ({ token: `token-${++asked}`, expiresOnTimestamp: Date.now() + 3_600_000 })
    const { cloud } = azure({ credential: { getToken } })
    const read = (token: string) =>
      arm().get(onPool('ws1')).query(QUERY).matchHeader('authorization', `Bearer ${token}`)
    read('token-1').reply(200, pool('ws1'))
    await cloud.get('ws1', call)
    read('token-1').reply(401, { error: { code: 'ExpiredAuthenticationToken', message: 'The access token expired' } })
    read('token-2').reply(200, pool('ws1'))
    expect(await cloud.get('ws1', call)).toMatchObject({ name: 'ws1' })
  })

  test('repeats nothing when Azure refuses a new token', async () => {
    arm()
      .get(onPool('ws1'))
      .query(QUERY)
      .reply(401, { error: { code: 'InvalidAuthenticationToken', message: 'no' } })
    await expect(azure().cloud.get('ws1', call)).rejects.toMatchObject({ reason: 'Unauthorized' })
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
