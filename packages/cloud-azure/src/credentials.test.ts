import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCredential } from './credentials.ts'
import { arm, azure, call, onPool, playAzure, pool, QUERY } from './testing/azure-wire.ts'

const AUTHORITY = 'https://sts.example.test'
const serviceAccount = { namespace: 'gpu-provisioner', name: 'provisioner' }
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
  return createCredential({
    federatedTokenFile,
    tenantId: TENANT,
    clientId: 'client-1',
    authorityHost: AUTHORITY,
    serviceAccount,
  })
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

  test('is unauthorized when the token endpoint refuses, in the same words each time, and names the federation', async () => {
    const refused = async (trace: string) => {
      playTokenEndpoint(401, {
        error: 'invalid_client',
        error_codes: [700213],
        error_description: `AADSTS700213: No matching federated identity record found. Trace ID: ${trace} Correlation ID: ${trace} Timestamp: ${trace}`,
        trace_id: trace,
      })
      const error: unknown = await read().catch((reason: unknown) => reason)
      return error
    }
    const expected = {
      reason: 'Unauthorized',
      message: 'AADSTS700213: No matching federated identity record found.',
      remedy: `Give the identity client-1 of tenant ${TENANT} a federated credential with the cluster's OIDC issuer, subject system:serviceaccount:gpu-provisioner:provisioner and audience api://AzureADTokenExchange, and check both ids.`,
    }
    expect(await refused('one')).toMatchObject(expected)
    expect(await refused('two')).toMatchObject(expected)
  })

  test('is unauthorized without its token file', async () => {
    const { cloud } = azure({ credential: identity('missing') })
    await expect(cloud.get('ws1', call)).rejects.toMatchObject({
      reason: 'Unauthorized',
      remedy: expect.stringMatching(/azure\.workload\.identity\/use.*gpu-provisioner\/provisioner.*client-id.*webhook/),
    })
  })

  test('is unauthorized in a Pod that the webhook passed by, and no other identity is tried', async () => {
    const { cloud } = azure({ credential: createCredential({ serviceAccount, authorityHost: AUTHORITY }) })
    await expect(cloud.list(call)).rejects.toMatchObject({
      reason: 'Unauthorized',
      message:
        'this Pod has no workload identity: AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID, AZURE_TENANT_ID not set',
      remedy: expect.stringMatching(/azure\.workload\.identity\/use.*gpu-provisioner\/provisioner.*client-id.*webhook/),
    })
  })

  test('is unreachable while the token endpoint is', async () => {
    nock(AUTHORITY)
      .get(/openid-configuration/)
      .replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    await expect(read()).rejects.toMatchObject({
      reason: 'CloudUnreachable',
      message: `Microsoft Entra at ${AUTHORITY} does not answer for tenant ${TENANT}`,
    })
  })

  test('is unreachable while the token endpoint fails', async () => {
    playTokenEndpoint(503, 'unavailable')
    await expect(read()).rejects.toMatchObject({ reason: 'CloudUnreachable' })
  })

  test('reads nothing before the first token is asked for', () => {
    expect(() => createCredential({ federatedTokenFile: join(folder, 'missing') })).not.toThrow()
  })
})
