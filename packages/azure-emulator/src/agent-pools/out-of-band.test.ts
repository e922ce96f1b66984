import { describe, expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const state = (provisioningState: string) => ({ body: { properties: { provisioningState } } })

describe('pool faults', () => {
  test('a create can fail with any code, for so many creates', async () => {
    const { put, get, remove, emulator } = emulatedArm()
    emulator.injectPoolFault({ create: { code: 'NodesNotReady', afterSeconds: 10 }, times: 1 })
    await put('ws1', gpuPool)
    emulator.advance(10)
    expect(await get('ws1')).toMatchObject({
      body: { properties: { provisioningState: 'Failed', status: { provisioningError: { code: 'NodesNotReady' } } } },
    })
    await remove('ws1')
    emulator.advance(30)
    await put('ws1', gpuPool)
    emulator.advance(90)
    expect(await get('ws1')).toMatchObject(state('Succeeded'))
  })

  test('a failure can turn out to be none', async () => {
    const { put, get, emulator } = emulatedArm()
    emulator.injectPoolFault({ create: { code: 'InternalOperationError', afterSeconds: 10, recoversAfterSeconds: 60 } })
    await put('ws1', gpuPool)
    emulator.advance(10)
    expect(await get('ws1')).toMatchObject(state('Failed'))
    emulator.advance(61)
    expect(await get('ws1')).toMatchObject(state('Succeeded'))
  })

  test('creates and deletes can be stuck', async () => {
    const { put, get, remove, emulator } = emulatedArm()
    emulator.injectPoolFault({ create: 'stuck', delete: 'stuck' })
    await put('ws1', gpuPool)
    emulator.advance(86_400)
    expect(await get('ws1')).toMatchObject(state('Creating'))
    await remove('ws1')
    emulator.advance(86_400)
    expect(await get('ws1')).toMatchObject(state('Deleting'))
  })

  test('a node can stay away, come late, or lack GPUs', async () => {
    const { put, get, emulator, nodesOf } = emulatedArm()
    emulator.injectPoolFault({ pool: 'ws1', join: 'never' })
    emulator.injectPoolFault({ pool: 'ws2', join: 300, gpus: 0 })
    await put('ws1', gpuPool)
    await put('ws2', gpuPool)
    emulator.advance(369)
    expect(await get('ws1')).toMatchObject(state('Succeeded'))
    expect(nodesOf('ws2')).toEqual([])
    emulator.advance(1)
    expect(nodesOf('ws2')[0]?.metadata.annotations['simulation.kaito.sh/gpus']).toBe('0')
    emulator.advance(86_400)
    expect(nodesOf('ws1')).toEqual([])
  })
})

describe('changes behind the back of the client', () => {
  test('an eviction takes the machine and its bill, and leaves the pool', async () => {
    const { put, get, emulator, nodesOf } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    emulator.pools.evict('ws1')
    expect(nodesOf('ws1')).toEqual([])
    expect(await get('ws1')).toMatchObject({ body: { properties: { provisioningState: 'Succeeded', count: 0 } } })
    expect(emulator.ledger.livePools()).toEqual([])
  })

  test('an edit brings no node in that stays away, and an update costs a stopped pool nothing', async () => {
    const { put, emulator, nodesOf } = emulatedArm()
    emulator.injectPoolFault({ pool: 'ws1', join: 'never' })
    await put('ws1', gpuPool)
    emulator.advance(90)
    emulator.pools.edit('ws1', { nodeLabels: { a: 'b' } })
    await put('ws1', { nodeLabels: { a: 'c' } })
    emulator.advance(20)
    expect(nodesOf('ws1')).toEqual([])
    emulator.pools.power('ws1', 'Stopped')
    await put('ws1', { nodeLabels: { a: 'd' } })
    emulator.advance(20)
    expect(emulator.ledger.livePools()).toEqual([])
  })

  test('a reimage brings the Node back under its name with another boot ID', async () => {
    const { put, get, emulator, nodesOf } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    const [before] = nodesOf('ws1')
    emulator.pools.reimage('ws1')
    expect(nodesOf('ws1')).toEqual([])
    expect(await get('ws1')).toMatchObject(state('UpgradingNodeImageVersion'))
    emulator.advance(20)
    const [after] = nodesOf('ws1')
    expect(after?.metadata.name).toBe(before?.metadata.name)
    expect(after?.spec.providerID).toBe(before?.spec.providerID)
    expect(after?.status.nodeInfo.bootID).not.toBe(before?.status.nodeInfo.bootID)
  })

  test('a stopped cluster refuses changes, has no nodes and bills nothing until it is started', async () => {
    const { put, send, emulator, nodes } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    emulator.cluster.stop()
    expect(nodes.size).toBe(0)
    expect(emulator.ledger.livePools()).toEqual([])
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 400, body: { code: 'OperationNotAllowed' } })
    const cluster = `${CLUSTER_PATH}?api-version=2026-06-01`
    expect(await send('GET', cluster)).toMatchObject({ body: { properties: { powerState: { code: 'Stopped' } } } })
    emulator.cluster.start()
    emulator.advance(0)
    expect(nodes.size).toBe(2)
    expect(emulator.ledger.livePools()).toEqual(['ws1'])
  })

  test('an edit, a scale and a deletion are seen by the next read and on the ledger', async () => {
    const { put, get, emulator } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    emulator.pools.edit('ws1', { tags: {} })
    expect(await get('ws1')).not.toMatchObject({ body: { properties: { tags: { owner: 'claim-1' } } } })
    emulator.pools.scale('ws1', 2)
    emulator.advance(90)
    emulator.pools.delete('ws1')
    emulator.advance(30)
    expect(await get('ws1')).toMatchObject({ status: 404 })
    expect(emulator.ledger.entries().filter(({ op }) => op === 'outOfBand')).toHaveLength(3)
  })
})
