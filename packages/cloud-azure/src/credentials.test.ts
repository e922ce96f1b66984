import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCredential } from './credentials.ts'
import { arm, azure, call, onPool, playAzure, pool, QUERY } from './testing/azure-wire.ts'

const AUTHORITY = 'https://sts.example.test'
const TENANT = '7f4a9c1e-2222-4333-8444-555566667777'

playAzure()

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaito-credentials-'))
  await writeFile(join(folder, 'token'), 'service-account-token')
})
afterEach(() => rm(folder, { recursive: true }))

function identity(file = 'token') {
  const federatedTokenFile = join(folder, file)
  return createCredential({ federatedTokenFile, tenantId: TENANT, clientId: 'client-1', authorityHost: AUTHORITY })
}

function playTokenEndpoint(
  status: number,
  body: nock.Body,
  isAsked: (form: Record<string, string>) => boolean = () => true,
) {
  nock(AUTHORITY)
    .get(`/${TENANT}/v2.0/.well-known/openid-configuration`)
    .query(true)
    .reply(200, {
      token_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/token`,
      authorization_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/authorize`,
      issuer: `${AUTHORITY}/${TENANT}/v2.0`,
      jwks_uri: `${AUTHORITY}/${TENANT}/discovery/v2.0/keys`,
    })
  nock(AUTHORITY).post(`/${TENANT}/oauth2/v2.0/token`, isAsked).query(true).reply(status, body)
}

const read = () => azure({ credential: identity() }).cloud.get('ws1', call)

describe('workload identity', () => {
  test('exchanges the service account token for one that Resource Manager takes', async () => {
    playTokenEndpoint(
      200,
      { token_type: 'Bearer', expires_in: 3600, refresh_in: 1800, access_token: 'arm-token' },
      ({ client_id, client_assertion, scope = '' }) =>
        client_id === 'client-1' &&
        client_assertion === 'service-account-token' &&
        scope.includes('https://management.azure.com/.default'),
    )
    arm().get(onPool('ws1')).query(QUERY).matchHeader('authorization', 'Bearer arm-token').reply(200, pool('ws1'))
    expect(await read()).toMatchObject({ name: 'ws1' })
  })

  test('is unauthorized when the token endpoint refuses', async () => {
    playTokenEndpoint(401, {
      error: 'invalid_client',
      error_description: 'AADSTS70021: no matching federated identity',
    })
    await expect(read()).rejects.toMatchObject({
      reason: 'Unauthorized',
      message: expect.stringContaining('AADSTS70021'),
    })
  })

  test('is unauthorized without its token file', async () => {
    const { cloud } = azure({ credential: identity('missing') })
    await expect(cloud.get('ws1', call)).rejects.toMatchObject({ reason: 'Unauthorized' })
  })

  test('is unreachable while the token endpoint is', async () => {
    nock(AUTHORITY)
      .get(/openid-configuration/)
      .replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    await expect(read()).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })

  test('is unreachable while the token endpoint fails', async () => {
    playTokenEndpoint(503, 'unavailable')
    await expect(read()).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })

  test('reads nothing before the first token is asked for', () => {
    expect(() => createCredential({ federatedTokenFile: join(folder, 'missing') })).not.toThrow()
  })
})
