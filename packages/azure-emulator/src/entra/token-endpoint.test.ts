import { describe, expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, START_MS } from '../testing/emulated-arm.ts'

const TENANT = '00000000-0000-0000-0000-000000000002'

function assertion(claims: Record<string, unknown>): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'RS256' })}.${encode({ aud: ['api://AzureADTokenExchange'], ...claims })}.signature`
}

const form = {
  client_id: '00000000-0000-0000-0000-000000000003',
  scope: 'https://management.azure.com/.default',
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion({ sub: 'system:serviceaccount:kaito:gpu-provisioner', exp: START_MS / 1000 + 60 }),
}

const post = (arm: ReturnType<typeof emulatedArm>, changes: Record<string, string> = {}, tenant = TENANT) =>
  arm.send('POST', `/${tenant}/oauth2/v2.0/token`, {
    token: null,
    text: String(new URLSearchParams({ ...form, ...changes })),
  })

test('tells where tokens are issued', async () => {
  const { send } = emulatedArm()
  expect(await send('GET', `/${TENANT}/v2.0/.well-known/openid-configuration`, { token: null })).toMatchObject({
    status: 200,
    body: { token_endpoint: `https://arm.test/${TENANT}/oauth2/v2.0/token` },
  })
})

test('exchanges a federated token for a bearer token that ARM accepts', async () => {
  const arm = emulatedArm()
  const { status, body } = await post(arm)
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3600, refresh_in: 1800, access_token: expect.any(String) },
  })
  const token = JSON.stringify(body).match(/"access_token":"([^"]+)"/)?.[1] ?? ''
  expect(await arm.send('GET', `${CLUSTER_PATH}?api-version=2026-06-01`, { token })).toMatchObject({ status: 200 })
})

describe('refuses with the error number of Entra', () => {
  test.each<[rule: string, changes: Record<string, string>, expected: [status: number, error: string, number: number]]>(
    [
      ['another application', { client_id: 'x' }, [400, 'unauthorized_client', 700016]],
      ['another scope', { scope: 'https://graph.microsoft.com/.default' }, [400, 'invalid_scope', 70011]],
      ['another grant', { grant_type: 'password' }, [400, 'unsupported_grant_type', 70003]],
      ['no assertion', { client_assertion: '' }, [401, 'invalid_client', 7000216]],
      ['an assertion that is no JWT', { client_assertion: 'abc' }, [400, 'invalid_request', 50027]],
      [
        'another audience',
        { client_assertion: assertion({ aud: ['https://kubernetes.default.svc'] }) },
        [401, 'invalid_client', 700212],
      ],
      [
        'an expired assertion',
        { client_assertion: assertion({ exp: START_MS / 1000 - 1 }) },
        [401, 'invalid_client', 700024],
      ],
      ['another subject', { client_assertion: assertion({ sub: 'somebody' }) }, [401, 'invalid_client', 700213]],
    ],
  )('%s', async (_rule, changes, [status, error, number]) => {
    const arm = emulatedArm({ federatedSubject: 'system:serviceaccount:kaito:gpu-provisioner' })
    expect(await post(arm, changes)).toMatchObject({
      status,
      body: {
        error,
        error_codes: [number],
        error_description: expect.stringMatching(
          new RegExp(`^AADSTS${number}: .*Trace ID: .*Correlation ID: .*Timestamp: `),
        ),
      },
    })
  })

  test('another tenant', async () => {
    expect(await post(emulatedArm(), {}, 'nowhere')).toMatchObject({ status: 400, body: { error_codes: [90002] } })
  })
})
