import { describe, expect, test } from 'vitest'
import { departures } from './api-description.ts'
import { CLUSTER_PATH, emulatedArm, gpuPool } from './emulated-arm.ts'

const VERSION = '?api-version=2026-06-01'
const POOLS = `${CLUSTER_PATH}/agentPools`
const POOL = `${POOLS}/ws1`
const [SUBSCRIPTION = ''] = /^\/subscriptions\/[^/]+/.exec(CLUSTER_PATH) ?? []
const COMPUTE = `${SUBSCRIPTION}/providers/Microsoft.Compute`

// `send` throws where an answer departs from the description; the status tells that the case was met at all.
describe('answers as the API description says', () => {
  test('through the life of a spot pool in a zone', async () => {
    const { put, get, list, remove, send, operation, emulator } = emulatedArm()
    const spot = { ...gpuPool, scaleSetPriority: 'Spot', availabilityZones: ['2'], nodeLabels: { a: 'b' } }
    const created = await put('ws1', spot, { 'if-none-match': '*' })
    expect(await operation(created)).toMatchObject({ body: { status: 'InProgress' } })
    emulator.advance(90)
    expect(await operation(created)).toMatchObject({ body: { status: 'Succeeded' } })
    expect(await get('ws1')).toMatchObject({ status: 200 })
    expect(await list()).toMatchObject({ status: 200 })
    expect(await put('ws1', { ...spot, tags: { owner: 'claim-2' } })).toMatchObject({ status: 200 })
    emulator.advance(90)
    const deleted = await remove('ws1')
    expect(await send('GET', deleted.headers.location ?? '')).toMatchObject({ status: 202 })
    emulator.advance(90)
    expect(await operation(deleted)).toMatchObject({ body: { status: 'Succeeded' } })
    expect(await send('GET', deleted.headers.location ?? '')).toMatchObject({ status: 204 })
    expect(await remove('ws1')).toMatchObject({ status: 204 })
    expect(await get('ws1')).toMatchObject({ status: 404 })
  })

  test.each(['AllocationFailed', 'SkuNotAvailable', 'NodesNotReady', 'SomethingNew'])(
    'for a pool that failed with %s',
    async (code) => {
      const { put, get, list, operation, send, emulator } = emulatedArm()
      emulator.injectPoolFault({ create: { code } })
      const created = await put('ws1', gpuPool)
      emulator.advance(90)
      expect(await operation(created)).toMatchObject({ body: { status: 'Failed', error: { code } } })
      expect(await get('ws1')).toMatchObject({ body: { properties: { status: { provisioningError: { code } } } } })
      expect(await list()).toMatchObject({ status: 200 })
      expect(await send('GET', `${CLUSTER_PATH}${VERSION}`)).toMatchObject({ status: 200 })
    },
  )

  test('for a pool and a cluster that are stopped', async () => {
    const { put, get, remove, send, emulator } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    expect(await put('ws1', { ...gpuPool, powerState: { code: 'Stopped' } })).toMatchObject({ status: 200 })
    emulator.advance(90)
    expect(await get('ws1')).toMatchObject({ body: { properties: { powerState: { code: 'Stopped' } } } })
    emulator.cluster.stop()
    expect(await send('GET', `${CLUSTER_PATH}${VERSION}`)).toMatchObject({
      body: { properties: { powerState: { code: 'Stopped' } } },
    })
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 400, body: { code: 'OperationNotAllowed' } })
    expect(await remove('ws1')).toMatchObject({ status: 400, body: { code: 'OperationNotAllowed' } })
  })

  test('for machines and their deletion', async () => {
    const { put, send, nodesOf, emulator } = emulatedArm()
    await put('ws1', { ...gpuPool, count: 2, availabilityZones: ['1'] })
    emulator.advance(90)
    const [node] = nodesOf('ws1')
    const name = node?.metadata.name ?? ''
    expect(await send('GET', `${POOL}/machines${VERSION}`)).toMatchObject({ status: 200 })
    expect(await send('GET', `${POOL}/machines/${name}${VERSION}`)).toMatchObject({
      status: 200,
      body: { properties: { network: { ipAddresses: [{ ip: node?.status.addresses[0]?.address }] } } },
    })
    const deletion = { body: { machineNames: [name] } }
    expect(await send('POST', `${POOL}/deleteMachines${VERSION}`, deletion)).toMatchObject({ status: 202 })
    expect(await send('POST', `${POOL}/abort${VERSION}`)).toMatchObject({ status: 202 })
    expect(await send('POST', `${POOL}/abort${VERSION}`)).toMatchObject({ status: 204 })
  })

  test('for refusals of a bad, a conflicting and one pool too many', async () => {
    const { put, send } = emulatedArm({ maxAgentPools: 2 })
    expect(await put('ws1', { vmSize: 'no size' })).toMatchObject({ status: 400 })
    expect(await put('ws1', gpuPool, { 'if-match': '"1"' })).toMatchObject({ status: 412 })
    expect(await put('ws1', gpuPool)).toMatchObject({ status: 201 })
    expect(await put('ws1', gpuPool)).toMatchObject({ status: 409 })
    expect(await put('ws1', gpuPool, { 'if-none-match': '*' })).toMatchObject({ status: 412 })
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 400, body: { code: 'BadRequest' } })
    expect(await send('PATCH', `${POOL}${VERSION}`)).toMatchObject({
      status: 405,
      headers: { allow: 'GET, PUT, DELETE' },
    })
  })

  test('for lists of clusters, also when there is none', async () => {
    const { send, emulator } = emulatedArm()
    const lists = [
      CLUSTER_PATH.replace(/\/aks1$/, ''),
      `${SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters`,
    ]
    for (const path of lists)
      expect(await send('GET', path + VERSION)).toMatchObject({ status: 200, body: { value: [{ name: 'aks1' }] } })
    emulator.cluster.setExists(false)
    for (const path of lists)
      expect(await send('GET', path + VERSION)).toMatchObject({ status: 200, body: { value: [] } })
    expect(await send('GET', `${POOLS}${VERSION}`)).toMatchObject({ status: 404 })
  })

  test('for sizes and usages', async () => {
    const { send } = emulatedArm({ restrictedSizes: ['Standard_NC24ads_A100_v4'] })
    expect(await send('GET', `${COMPUTE}/skus?api-version=2021-07-01`)).toMatchObject({ status: 200 })
    expect(await send('GET', `${COMPUTE}/locations/eastus/usages?api-version=2025-04-01`)).toMatchObject({
      status: 200,
    })
  })
})

describe('the API description catches', () => {
  const pool = {
    id: POOL,
    name: 'ws1',
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: { count: 1, vmSize: 'A', eTag: 'e', provisioningState: 'Creating', powerState: { code: 'Running' } },
  }
  const headers = { 'azure-asyncoperation': 'https://arm.test/x' }
  const created = { method: 'PUT', path: POOL + VERSION, status: 201, headers, body: pool }

  test('nothing in an answer that keeps to it', () => {
    expect(departures(created)).toEqual([])
  })

  test.each<[rule: string, change: Partial<typeof created> | object]>([
    ['a member it does not know', { body: { ...pool, properties: { ...pool.properties, provisioningstate: 'x' } } }],
    ['a value that is none of those it lists', { body: { ...pool, properties: { ...pool.properties, mode: 'GPU' } } }],
    ['a count that is a text', { body: { ...pool, properties: { ...pool.properties, count: '1' } } }],
    ['a create without the address of its operation', { headers: {} }],
    ['a Retry-After that is no integer', { headers: { ...headers, 'retry-after': 'soon' } }],
    ['a status it does not list', { status: 202 }],
    ['an error without a code', { status: 409, body: { error: { message: 'no' } } }],
  ])('%s', (_rule, change) => {
    expect(departures({ ...created, ...change })).not.toEqual([])
  })
})
