import type { Machine } from '@kaito/api'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const SIZE = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['big'] }
const asking = (key: string, operator: string, ...values: string[]) => ({
  requirements: [SIZE, { key, operator, values }],
})
const requesting = (name: string, quantity: string | number) => ({
  requirements: [SIZE],
  resources: { requests: { [name]: quantity } },
})

test.each<[what: string, spec: NonNullable<Machine['spec']>, says: RegExp]>([
  ['no size', {}, /node\.kubernetes\.io\/instance-type/],
  ['an unknown requirement on the machine', asking('node.kubernetes.io/windows-build', 'In', '1'), /windows-build/],
  ['contradictory requirements', asking(SIZE.key, 'In', 'small'), /instance-type exclude each other/],
  ['another operating system', asking('kubernetes.io/os', 'In', 'windows'), /kubernetes\.io\/os/],
  ['a negative disk', requesting('storage', '-1Gi'), /storage is -1Gi/],
  ['an absurd disk', requesting('storage', '5Ti'), /largest has 2048 GiB/],
  ['a disk that is no amount', requesting('storage', 'much'), /"much" is no amount of storage/],
  ['row 64: a negative number of GPUs', requesting('nvidia.com/gpu', -1), /nvidia\.com\/gpu is -1/],
  ['row 64: a billion GPUs', requesting('nvidia.com/gpu', 10 ** 9), /1000000000 of nvidia\.com\/gpu/],
  ['row 64: a number that is none', requesting('nvidia.com/gpu', 'NaN'), /"NaN" is no amount/],
  [
    'a taint no Node can have',
    { requirements: [SIZE], taints: [{ key: 'sku', effect: 'Sometimes' }] },
    /sku:Sometimes/,
  ],
])(
  '%s is said within a second, asks the cloud for nothing, and a correction is launched',
  async (_what, spec, says) => {
    const world = createWorld({ gpus: { big: 8 } })
    world.claim({ spec })
    await world.advance(1_000)
    expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'InvalidRequest' })
    expect(world.condition('MachineLaunched')?.message).toMatch(says)
    const writes = world.writes().length
    await world.advance(10 * 60_000)
    expect(world.writes()).toHaveLength(writes)
    expect(world.cloud.calls().launch).toBe(0)
    world.cluster.edit<Machine>(world.machines, 'ws0123456ab', (machine) => {
      machine.spec = requesting('nvidia.com/gpu', 1)
    })
    await world.advance(1_000)
    expect(world.cloud.launches()).toHaveLength(1)
  },
)

test('a claim whose name the cloud refuses is told so, asks for nothing and can be deleted (N49)', async () => {
  const world = createWorld()
  const name = 'gpu-x7kq2'
  world.claim({ metadata: { name }, spec: { requirements: [SIZE] } })
  await world.advance(1_000)
  const launched = world.machine(name)?.status?.conditions?.find(({ type }) => type === 'MachineLaunched')
  expect(launched).toMatchObject({ status: 'False', reason: 'InvalidRequest' })
  expect(launched?.message).toContain('^[a-z][a-z0-9]{0,11}$')
  expect(world.cloud.calls().launch).toBe(0)
  world.cluster.delete(world.machines, name)
  await world.advance(60_000)
  expect(world.machine(name)).toBeUndefined()
})

test('row 64: a stored claim that nobody can read ends like any other', async () => {
  const world = createWorld()
  world.claim({ spec: requesting('storage', 'much') })
  await world.advance(1_000)
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(60_000)
  expect(world.machine()).toBeUndefined()
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})
