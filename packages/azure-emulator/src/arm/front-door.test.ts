import { describe, expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const POOLS = `${CLUSTER_PATH}/agentPools`
const VERSION = 'api-version=2026-06-01'

describe('answers in the envelope of ARM', () => {
  test.each<[rule: string, request: [method: string, path: string], expected: [status: number, code: string]]>([
    ['400 without api-version', ['GET', POOLS], [400, 'MissingApiVersionParameter']],
    ['400 for a malformed api-version', ['GET', `${POOLS}?api-version=latest`], [400, 'InvalidApiVersionParameter']],
    [
      '400 for an unregistered api-version',
      ['GET', `${POOLS}?api-version=2019-01-01`],
      [400, 'NoRegisteredProviderFound'],
    ],
    [
      '404 for another subscription',
      ['GET', `${POOLS.replace('0001/', '0009/')}?${VERSION}`],
      [404, 'SubscriptionNotFound'],
    ],
    [
      '404 for another resource group',
      ['GET', `${POOLS.replace('/rg1/', '/rg2/')}?${VERSION}`],
      [404, 'ResourceGroupNotFound'],
    ],
    ['404 for another cluster', ['GET', `${POOLS.replace('/aks1/', '/aks2/')}?${VERSION}`], [404, 'ResourceNotFound']],
    [
      '404 for a parent that is missing',
      ['PUT', `${POOLS.replace('/aks1/', '/aks2/')}/ws1?${VERSION}`],
      [404, 'ParentResourceNotFound'],
    ],
    ['404 for an unknown resource type', ['GET', `${CLUSTER_PATH}/nothing?${VERSION}`], [404, 'InvalidResourceType']],
    ['405 for a method that is not served', ['PATCH', `${POOLS}/ws1?${VERSION}`], [405, 'MethodNotAllowed']],
  ])('%s', async (_rule, [method, path], [status, code]) => {
    const { send } = emulatedArm()
    const reply = await send(method, path, { body: { properties: gpuPool } })
    expect(reply).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } })
  })
})

test('names the resource type it does not have', async () => {
  const { send } = emulatedArm()
  expect(await send('POST', `${CLUSTER_PATH}/rotateClusterCertificates?${VERSION}`)).toMatchObject({
    status: 404,
    body: { error: { message: expect.stringContaining("'managedClusters/rotateClusterCertificates'") } },
  })
})

describe('asks for a bearer token', () => {
  const path = `${POOLS}?${VERSION}`

  test('that is missing', async () => {
    const { send } = emulatedArm()
    expect(await send('GET', path, { token: null })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer authorization="https:/) },
      body: { error: { code: 'AuthenticationFailed' } },
    })
  })

  test('that it has issued', async () => {
    const { send } = emulatedArm()
    expect(await send('GET', path, { token: 'made-up' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') },
      body: { error: { code: 'InvalidAuthenticationToken' } },
    })
  })

  test('that has not expired', async () => {
    const { send, emulator } = emulatedArm()
    const token = emulator.issueToken()
    expect(await send('GET', path, { token })).toMatchObject({ status: 200 })
    emulator.advance(3600)
    expect(await send('GET', path, { token })).toMatchObject({
      status: 401,
      body: { error: { code: 'ExpiredAuthenticationToken' } },
    })
  })

  test('whose owner may do it', async () => {
    const { send, put, emulator } = emulatedArm()
    emulator.configure({ deniedActions: ['Microsoft.ContainerService/managedClusters/agentPools/write'] })
    expect(await put('ws1', gpuPool)).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } })
    expect(await send('GET', path)).toMatchObject({ status: 200 })
    emulator.configure({ deniedActions: [], allowedActions: ['Microsoft.ContainerService/managedClusters/read'] })
    expect(await send('GET', path)).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } })
    emulator.configure({ allowedActions: ['Microsoft.ContainerService/*'] })
    expect(await send('GET', path)).toMatchObject({ status: 200 })
  })
})

test('matches paths without regard to case', async () => {
  const { send, put } = emulatedArm()
  await put('ws1', gpuPool)
  const path = `${CLUSTER_PATH.toLowerCase()}/AGENTPOOLS/WS1?${VERSION}`
  expect(await send('GET', path)).toMatchObject({ status: 200, body: { name: 'ws1' } })
})

test('carries the headers of ARM and returns the correlation id', async () => {
  const { send } = emulatedArm()
  const { headers } = await send('GET', `${POOLS}?${VERSION}`, {
    headers: {
      'x-ms-correlation-request-id': 'abc',
      'x-ms-client-request-id': 'def',
      'x-ms-return-client-request-id': 'true',
    },
  })
  expect(headers).toMatchObject({
    'x-ms-request-id': expect.stringMatching(/^[-0-9a-f]{36}$/),
    'x-ms-correlation-request-id': 'abc',
    'x-ms-client-request-id': 'def',
    'x-ms-routing-request-id': expect.stringMatching(/^EASTUS:\d{8}T\d{6}Z:/),
    'x-ms-ratelimit-remaining-subscription-reads': '249',
    'x-ms-ratelimit-remaining-subscription-global-reads': '3749',
  })
})

test('lists pools in pages, with an empty one behind the last', async () => {
  const { put, send, emulator } = emulatedArm({ pageSize: 2 })
  for (const name of ['ws1', 'ws2', 'ws3']) await put(name, gpuPool)
  emulator.advance(90)
  const pages: string[][] = []
  let link: string | undefined = `${POOLS}?${VERSION}`
  while (link) {
    const text: string = JSON.stringify((await send('GET', link)).body)
    pages.push([...text.matchAll(/"name":"(\w+)"/g)].map(([, name = '']) => name))
    link = text.match(/"nextLink":"([^"]+)"/)?.[1]
  }
  expect(pages).toEqual([['nodepool1', 'ws1'], ['ws2', 'ws3'], []])
})

test('answers 404 for an operation it does not know', async () => {
  const { send } = emulatedArm()
  const path =
    '/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.ContainerService/locations/eastus/operations/x?api-version=2025-03-01'
  expect(await send('GET', path)).toMatchObject({ status: 404, body: { code: 'NotFound' } })
})

test('shows the cluster with all its pools', async () => {
  const { send, put } = emulatedArm()
  await put('ws1', gpuPool)
  expect(await send('GET', `${CLUSTER_PATH}?${VERSION}`)).toMatchObject({
    status: 200,
    body: {
      type: 'Microsoft.ContainerService/ManagedClusters',
      location: 'eastus',
      properties: {
        provisioningState: 'Succeeded',
        powerState: { code: 'Running' },
        nodeResourceGroup: 'MC_rg1_aks1_eastus',
        maxAgentPools: 100,
        agentPoolProfiles: [
          { name: 'nodepool1', mode: 'System' },
          { name: 'ws1', provisioningState: 'Creating' },
        ],
      },
    },
  })
})
