import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

test('takes a claim from its creation to a usable node and back to nothing, with few writes and calls', async () => {
  const world = createWorld()
  world.claim()
  await world.settle()
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'PoolCreating' })

  await world.advance(60_000)
  world.join()
  await world.settle()
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.machine()?.status).toMatchObject({ nodeName: 'node-1', providerID: 'fake:///node-1' })

  const listsBefore = world.cloud.calls().list
  const writesBefore = world.cluster.writes.length
  await world.advance(600_000)
  expect(world.cluster.writes.length - writesBefore).toBe(0)
  expect(world.cloud.calls().list - listsBefore).toBeLessThanOrEqual(5)

  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(60_000)
  expect(world.machine()).toBeUndefined()
  expect(world.nodes()).toEqual([])
  expect(world.cloud.instances()).toEqual([])
  expect(world.writes()).toEqual([
    'patch machines',
    'patch machines/status',
    'patch nodes',
    'patch machines',
    'patch machines/status',
    'patch nodes',
    'delete nodes',
    'patch nodes',
    'patch machines',
  ])
  expect(world.cloud.calls()).toMatchObject({ launch: 1, terminate: 1, get: 1 })
})
