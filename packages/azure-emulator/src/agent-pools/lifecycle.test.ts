import { describe, expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const state = (provisioningState: string) => ({ body: { properties: { provisioningState } } })

describe('one operation at a time', () => {
  test('refuses a second create of a pool that is being created', async () => {
    const { put } = emulatedArm()
    await put('ws1', gpuPool)
    expect(await put('ws1', gpuPool)).toMatchObject({
      status: 409,
      body: {
        code: 'OperationNotAllowed',
        message: "Operation is not allowed because there's an in progress create node pool operation",
      },
    })
  })

  test('lets other pools be created at the same time, unless the region does not', async () => {
    const parallel = emulatedArm()
    await parallel.put('ws1', gpuPool)
    expect(await parallel.put('ws2', gpuPool)).toMatchObject({ status: 201 })
    const serial = emulatedArm({ parallelPoolOperations: false })
    await serial.put('ws1', gpuPool)
    expect(await serial.put('ws2', gpuPool)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('Another agentpool operation (user - Creating) is in progress') },
    })
  })

  test('blocks pools while the cluster is changed', async () => {
    const { put, remove, emulator } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    emulator.cluster.operate('Upgrading', 60)
    const busy = {
      status: 409,
      body: { message: expect.stringContaining('Another operation (Upgrading) is in progress') },
    }
    expect(await put('ws2', gpuPool)).toMatchObject(busy)
    expect(await remove('ws1')).toMatchObject(busy)
    emulator.advance(60)
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 201 })
  })

  test('refuses a delete of a pool that is being deleted', async () => {
    const { put, remove } = emulatedArm()
    await put('ws1', gpuPool)
    await remove('ws1')
    expect(await remove('ws1')).toMatchObject({ status: 409, body: { code: 'OperationNotAllowed' } })
  })
})

describe('deletion', () => {
  test('of a pool in creation is accepted and ends the create as preempted', async () => {
    const { put, remove, get, operation, emulator, nodesOf } = emulatedArm()
    const created = await put('ws1', gpuPool)
    emulator.advance(60)
    const deleted = await remove('ws1')
    expect(deleted).toMatchObject({ status: 202, headers: { location: expect.stringContaining('/operationresults/') } })
    expect(await operation(created)).toMatchObject({
      body: { status: 'Failed', error: { code: 'AKSOperationPreemptedByDelete' } },
    })
    expect(await get('ws1')).toMatchObject(state('Deleting'))
    emulator.advance(30)
    expect(await operation(deleted)).toMatchObject({ body: { status: 'Succeeded' } })
    emulator.advance(3600)
    expect(nodesOf('ws1')).toEqual([])
    expect(emulator.ledger.gpuMinutes()).toBe(1.5)
  })

  test('of what is not there answers 204', async () => {
    const { remove } = emulatedArm()
    expect(await remove('ws1')).toMatchObject({ status: 204, body: undefined })
  })

  test('spares the last system pool', async () => {
    const { remove } = emulatedArm()
    expect(await remove('nodepool1')).toMatchObject({ status: 400 })
  })

  test('shows its result behind the location: 202, then 204', async () => {
    const { put, remove, send, emulator } = emulatedArm()
    await put('ws1', gpuPool)
    const { headers } = await remove('ws1')
    expect(await send('GET', headers.location ?? '')).toMatchObject({ status: 202 })
    emulator.advance(30)
    expect(await send('GET', headers.location ?? '')).toMatchObject({ status: 204 })
  })
})

describe('a create that Azure cannot fulfil', () => {
  const size = gpuPool.vmSize
  test.each<[rule: string, capacity: { zone?: string; code?: string }, code: string]>([
    ['says AllocationFailed for a region', {}, 'AllocationFailed'],
    ['says ZonalAllocationFailed for a zone', { zone: '1' }, 'ZonalAllocationFailed'],
    ['says SkuNotAvailable where told', { code: 'SkuNotAvailable' }, 'SkuNotAvailable'],
    [
      'says Overconstrained where told',
      { zone: '2', code: 'OverconstrainedZonalAllocationRequest' },
      'OverconstrainedZonalAllocationRequest',
    ],
  ])('%s, and the pool stays failed and on the bill until it is deleted', async (_rule, capacity, code) => {
    const { put, get, remove, operation, emulator, nodesOf } = emulatedArm({
      capacities: [{ vmSize: size, available: 0, ...capacity }],
    })
    const created = await put('ws1', { ...gpuPool, ...(capacity.zone && { availabilityZones: [capacity.zone] }) })
    expect(created.status).toBe(201)
    emulator.advance(45)
    const error = { code, message: expect.stringContaining(`Code="${code}" Message="`), details: [{ code }] }
    expect(await operation(created)).toMatchObject({ status: 200, body: { status: 'Failed', error } })
    emulator.advance(3600)
    expect(await get('ws1')).toMatchObject({
      body: { properties: { provisioningState: 'Failed', status: { provisioningError: error } } },
    })
    expect(nodesOf('ws1')).toEqual([])
    expect(emulator.ledger.livePools()).toEqual(['ws1'])
    expect(await remove('ws1')).toMatchObject({ status: 202 })
    emulator.advance(30)
    expect(emulator.ledger.livePools()).toEqual([])
  })

  test('tries the next zone of the request first', async () => {
    const { put, emulator, nodesOf } = emulatedArm({ capacities: [{ vmSize: size, zone: '1', available: 0 }] })
    await put('ws1', { ...gpuPool, availabilityZones: ['1', '3'] })
    emulator.advance(90)
    expect(nodesOf('ws1')[0]?.metadata.labels['topology.kubernetes.io/zone']).toBe('eastus-3')
  })

  test('succeeds once another pool has given its machine back', async () => {
    const { put, remove, get, emulator } = emulatedArm({ capacities: [{ vmSize: size, available: 1 }] })
    await put('ws1', gpuPool)
    await put('ws2', gpuPool)
    emulator.advance(90)
    expect(await get('ws1')).toMatchObject(state('Succeeded'))
    expect(await get('ws2')).toMatchObject(state('Failed'))
    await remove('ws1')
    emulator.advance(30)
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 200 })
    emulator.advance(90)
    expect(await get('ws2')).toMatchObject(state('Succeeded'))
  })
})

describe('lagging reads', () => {
  test('see a pool neither at once after its create nor as gone after its delete', async () => {
    const { put, get, list, remove, emulator } = emulatedArm({ readLagSeconds: 5 })
    emulator.advance(10)
    await put('ws1', gpuPool)
    expect(await get('ws1')).toMatchObject({ status: 404 })
    emulator.advance(5)
    expect(await get('ws1')).toMatchObject(state('Creating'))
    emulator.advance(90)
    await remove('ws1')
    emulator.advance(32)
    expect(await get('ws1')).toMatchObject(state('Deleting'))
    expect(JSON.stringify((await list()).body)).toContain('"ws1"')
    emulator.advance(5)
    expect(await get('ws1')).toMatchObject({ status: 404 })
    expect(JSON.stringify((await list()).body)).not.toContain('"ws1"')
  })
})

test('an abort cancels the running operation', async () => {
  const { put, get, send, operation, emulator } = emulatedArm()
  const created = await put('ws1', gpuPool)
  const abort = `${CLUSTER_PATH}/agentPools/ws1/abort?api-version=2026-06-01`
  expect(await send('POST', abort)).toMatchObject({ status: 202 })
  expect(await operation(created)).toMatchObject({ body: { status: 'Canceled' } })
  emulator.advance(90)
  expect(await get('ws1')).toMatchObject(state('Canceled'))
  expect(await send('POST', abort)).toMatchObject({ status: 204 })
})

test('machines are listed, and deleted one by one', async () => {
  const { put, get, send, emulator, nodesOf } = emulatedArm()
  await put('ws1', { ...gpuPool, count: 2 })
  emulator.advance(90)
  const base = `${CLUSTER_PATH}/agentPools/ws1`
  const [first, second] = nodesOf('ws1').map(({ metadata }) => metadata.name)
  expect(await send('GET', `${base}/machines?api-version=2026-06-01`)).toMatchObject({
    status: 200,
    body: {
      value: [
        { name: first, properties: { resourceId: expect.stringMatching(/virtualMachines\/0$/) } },
        { name: second },
      ],
    },
  })
  const path = `${base}/deleteMachines?api-version=2026-06-01`
  expect(await send('POST', path, { body: { machineNames: ['other'] } })).toMatchObject({
    status: 400,
    body: { code: 'InvalidParameter', message: expect.stringContaining(`${first}, ${second}`) },
  })
  expect(await send('POST', path, { body: { machineNames: [first] } })).toMatchObject({ status: 202 })
  emulator.advance(30)
  expect(nodesOf('ws1').map(({ metadata }) => metadata.name)).toEqual([second])
  expect(await get('ws1')).toMatchObject({ body: { properties: { count: 1 } } })
})

test('a pool is powered off and on by its power state', async () => {
  const { put, get, emulator, nodesOf } = emulatedArm()
  await put('ws1', gpuPool)
  emulator.advance(90)
  expect(await put('ws1', { powerState: { code: 'Stopped' } })).toMatchObject(state('Stopping'))
  emulator.advance(20)
  expect(await get('ws1')).toMatchObject({ body: { properties: { powerState: { code: 'Stopped' } } } })
  expect(nodesOf('ws1')).toEqual([])
  expect(emulator.ledger.livePools()).toEqual([])
  expect(await put('ws1', { powerState: { code: 'Running' } })).toMatchObject(state('Starting'))
  emulator.advance(20)
  expect(nodesOf('ws1')).toHaveLength(1)
  expect(emulator.ledger.livePools()).toEqual(['ws1'])
})

test('a stopped pool stays stopped when something else of it is changed', async () => {
  const { put, get, emulator, nodesOf } = emulatedArm()
  await put('ws1', { ...gpuPool, powerState: { code: 'Running' } })
  emulator.advance(90)
  emulator.pools.power('ws1', 'Stopped')
  await put('ws1', { tags: { owner: 'claim-2' } })
  emulator.advance(90)
  expect(await get('ws1')).toMatchObject({ body: { properties: { powerState: { code: 'Stopped' } } } })
  expect(nodesOf('ws1')).toEqual([])
})

test('only a pool at rest and without failure can be stopped', async () => {
  const { put, emulator } = emulatedArm()
  emulator.injectPoolFault({ create: { code: 'NodesNotReady' } })
  await put('ws1', gpuPool)
  emulator.advance(90)
  expect(await put('ws1', { powerState: { code: 'Stopped' } })).toMatchObject({
    status: 400,
    body: { code: 'OperationNotAllowed' },
  })
})
