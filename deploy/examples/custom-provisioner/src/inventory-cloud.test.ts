import type { CloudError } from '@kaito/cloud-provider'
import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { ApiError } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { createInventoryWorld, SIZE } from './testing/inventory-world.ts'

const spec = (name: string, parts: object = {}) => anInstanceSpec({ name, claimUid: `uid-of-${name}`, ...parts })
const own = (name: string) => ({ name, claimUid: `uid-of-${name}` })

async function refusal(work: Promise<unknown>): Promise<CloudError> {
  return work.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: CloudError) => error,
  )
}

describe('a launch', () => {
  test('takes a host whose Node is ready before one that has not joined, and that before one that is not ready', async () => {
    const { cloud, call, join, hostOf } = createInventoryWorld({ 'gpu-1': {}, 'gpu-2': {}, 'gpu-3': {} })
    join('gpu-1', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } })
    join('gpu-3')
    for (const name of ['a', 'b', 'c']) await cloud.launch(spec(name), call)
    expect(['a', 'b', 'c'].map(hostOf)).toEqual(['gpu-3', 'gpu-2', 'gpu-1'])
  })

  test('of many at once gives no host twice', async () => {
    const hosts = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`gpu-${index}`, {}]))
    const { cloud, call, assignments, start } = createInventoryWorld(hosts)
    const other = start().cloud
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    await Promise.all(names.map((name, index) => (index % 2 ? cloud : other).launch(spec(name), call)))
    expect([...assignments().values()].map(({ instance }) => instance).sort()).toEqual(names)
  })

  test('by two processes for the same claim takes one host', async () => {
    const { cloud, call, assignments, start } = createInventoryWorld()
    await Promise.all([cloud, start().cloud, start().cloud].map((one) => one.launch(spec('a'), call)))
    expect([...assignments().values()].map(({ instance }) => instance)).toEqual(['a'])
  })

  test('whose answer was lost is known to the next process', async () => {
    const { cloud, call, cluster, assignments, start } = createInventoryWorld()
    cluster.failWrite({ when: 'after' })
    expect(await refusal(cloud.launch(spec('a'), call))).toMatchObject({ reason: 'CloudUnreachable' })
    await start().cloud.launch(spec('a'), call)
    expect(assignments().size).toBe(1)
  })

  test('is refused with the name of each host that is not free', async () => {
    const { cloud, call, join, holdBack } = createInventoryWorld({
      'gpu-1': {},
      'gpu-2': {},
      'gpu-3': {},
      'gpu-4': {},
    })
    await cloud.launch(spec('a'), call)
    join('gpu-2', { spec: { unschedulable: true } })
    holdBack('gpu-3', { instance: 'repair' })
    join('gpu-4', { metadata: { name: 'gpu-4', labels: { 'kaito.sh/claim-uid': 'x' } } })
    expect(await refusal(cloud.launch(spec('b'), call))).toMatchObject({
      reason: 'NoCapacity',
      message: `no host of ${SIZE} is free: gpu-1 is a, gpu-2 is cordoned, gpu-3 is held back (repair), gpu-4 has a Node that is of another claim`,
      choice: { instanceType: SIZE, zone: undefined, capacityType: 'on-demand' },
      retryAfterMs: 30_000,
    })
  })

  test('of a size that the inventory does not have names those that it has, and what was left out', async () => {
    const { cloud, call } = createInventoryWorld({ 'gpu-1': { instanceType: 'l4' }, 'gpu-2': { gpus: 'eight' } })
    const { reason, message } = await refusal(cloud.launch(spec('a'), call))
    expect(reason).toBe('SkuNotAvailable')
    expect(message).toMatch(/^the inventory has no host of \S+, it has l4; left out: host gpu-2: gpus: /)
  })

  test('in a zone takes a host of that zone', async () => {
    const { cloud, call, hostOf } = createInventoryWorld({ 'gpu-1': { zone: 'a' }, 'gpu-2': { zone: 'b' } })
    await cloud.launch(spec('a', { zone: 'b' }), call)
    expect(hostOf('a')).toBe('gpu-2')
    expect(await refusal(cloud.launch(spec('b', { zone: 'c' }), call))).toMatchObject({ reason: 'SkuNotAvailable' })
  })

  test('with settings that a host does not have is invalid', async () => {
    const { cloud, call } = createInventoryWorld()
    expect(await refusal(cloud.launch(spec('a', { class: { osSKU: 'AzureLinux' } }), call))).toMatchObject({
      reason: 'InvalidRequest',
    })
  })

  test('without an inventory says so', async () => {
    const { call, cluster, start } = createInventoryWorld()
    cluster.vanish(
      { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
      'inventory-provisioner/gpu-hosts',
    )
    expect(await refusal(start().cloud.launch(spec('a'), call))).toMatchObject({ message: 'there is no inventory' })
  })
})

describe('a host', () => {
  test("has its Node made the claim's, and gets it back as it was", async () => {
    const { cloud, call, join, node, settle, assignments } = createInventoryWorld({
      'gpu-1': { labels: { rack: 'a1' } },
    })
    const free = { key: 'inventory.kaito.sh/free', effect: 'NoSchedule' }
    const labels = { 'kubernetes.io/hostname': 'gpu-1', rack: 'unknown' }
    const annotations = { 'example.com/network': 'a' }
    join('gpu-1', { metadata: { name: 'gpu-1', labels, annotations }, spec: { taints: [free] } })
    const before = node('gpu-1')
    await cloud.launch(spec('a', { labels: { team: 'x' } }), call)
    await settle()
    expect(node('gpu-1')).toMatchObject({
      metadata: {
        uid: before?.metadata.uid,
        labels: {
          ...labels,
          rack: 'a1',
          team: 'x',
          'kaito.sh/claim-uid': 'uid-of-a',
          'kaito.sh/provisioner': 'inventory-provisioner',
          'inventory.kaito.sh/instance': 'a',
          'node.kubernetes.io/instance-type': SIZE,
        },
      },
      spec: {
        providerID: 'inventory://gpu-1/uid-of-a-1',
        taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      },
    })
    expect(await cloud.get('a', call)).toMatchObject({
      state: 'Running',
      nodeSelector: { 'inventory.kaito.sh/instance': 'a' },
    })
    await cloud.terminate(own('a'), call)
    await settle()
    expect(node('gpu-1')?.metadata).toMatchObject({ labels, annotations })
    expect(node('gpu-1')?.metadata.uid).not.toBe(before?.metadata.uid)
    expect(node('gpu-1')?.spec).toEqual({ taints: [free] })
    expect(assignments().size).toBe(0)
  })

  test('keeps a provider ID of its own', async () => {
    const { cloud, call, join, node, settle } = createInventoryWorld()
    join('gpu-1', { spec: { providerID: 'kind://1' } })
    await cloud.launch(spec('a'), call)
    await settle()
    await cloud.terminate(own('a'), call)
    await settle()
    expect(node('gpu-1')?.spec?.providerID).toBe('kind://1')
  })

  test('that has not joined is being made until it does', async () => {
    const { cloud, call, join, settle } = createInventoryWorld()
    await cloud.launch(spec('a'), call)
    await settle()
    expect(await cloud.get('a', call)).toMatchObject({ state: 'Creating' })
    join('gpu-1')
    await settle()
    expect(await cloud.get('a', call)).toMatchObject({ state: 'Running' })
  })

  test('goes to the next claim only when it is given back', async () => {
    const { cloud, call, settle, hostOf } = createInventoryWorld({ 'gpu-1': {} })
    await cloud.launch(spec('a'), call)
    await cloud.terminate(own('a'), call)
    expect(await refusal(cloud.launch(spec('b'), call))).toMatchObject({
      message: `no host of ${SIZE} is free: gpu-1 is being given back by a`,
    })
    await settle()
    await cloud.launch(spec('b'), call)
    expect(hostOf('b')).toBe('gpu-1')
  })

  test('taken out of the inventory stays with its claim, and is not given again', async () => {
    const { cloud, call, join, node, settle, setHosts } = createInventoryWorld({ 'gpu-1': {} })
    join('gpu-1')
    await cloud.launch(spec('a'), call)
    await settle()
    setHosts({ 'gpu-2': { instanceType: 'l4' } })
    expect(await cloud.list(call)).toEqual([expect.objectContaining({ name: 'a', state: 'Running' })])
    await cloud.terminate(own('a'), call)
    await settle()
    expect(await cloud.get('a', call)).toBeUndefined()
    expect(node('gpu-1')?.metadata.labels).toEqual({ 'kubernetes.io/hostname': 'gpu-1' })
    expect(await refusal(cloud.launch(spec('b'), call))).toMatchObject({ reason: 'SkuNotAvailable' })
  })

  test('that was given up while its Node was being claimed is claimed no further', async () => {
    const { cloud, call, assignments, join, node, passFrom, signal, log } = createInventoryWorld({ 'gpu-1': {} })
    join('gpu-1')
    await cloud.launch(spec('a'), call)
    const read = assignments()
    await cloud.terminate(own('a'), call)
    await expect(passFrom(read)('hosts', { signal, log })).rejects.toMatchObject({ status: 409 })
    expect(await cloud.get('a', call)).toMatchObject({ state: 'Deleting' })
    expect(node('gpu-1')?.metadata.labels).toEqual({ 'kubernetes.io/hostname': 'gpu-1' })
  })

  test('that cannot be looked after keeps no other one waiting', async () => {
    const { cloud, call, cluster, join, pass, signal, log } = createInventoryWorld()
    join('gpu-1')
    join('gpu-2')
    for (const name of ['a', 'b']) await cloud.launch(spec(name), call)
    const denied = new ApiError({ status: 403, reason: 'Forbidden', message: 'no' })
    cluster.failWrite({ when: 'before', error: denied, matching: ({ resource }) => resource === 'nodes' })
    await expect(pass('hosts', { signal, log })).rejects.toThrow('no')
    expect((await cloud.list(call)).map(({ state }) => state)).toEqual(['Running', 'Running'])
  })
})

test('the size of an inventory is known once it was read', async () => {
  const { cloud, call } = createInventoryWorld({ 'gpu-1': { gpus: 4 } })
  expect(cloud.gpusOf?.(SIZE)).toBeUndefined()
  await cloud.list(call)
  expect(cloud.gpusOf?.(SIZE)).toBe(4)
})

test('what cannot be read of the inventory is told once, until it is something else', async () => {
  const { cloud, call, told, setHosts } = createInventoryWorld({ 'gpu-1': {}, 'gpu-2': { gpus: 'eight' }, 'gpu-3': {} })
  for (const name of ['a', 'b']) await cloud.launch(spec(name), call)
  expect(told).toEqual([expect.stringMatching(/^host gpu-2: gpus: .*; it is left out$/)])
  setHosts({ 'gpu-1': {}, 'gpu-2': { instanceType: '' }, 'gpu-3': {} })
  await refusal(cloud.launch(spec('c'), call))
  expect(told).toHaveLength(2)
})

test('an assignment that cannot be read hides no instance: nothing is concluded from the others', async () => {
  const { cloud, call, cluster, holdBack } = createInventoryWorld()
  holdBack('gpu-1', {})
  expect(await refusal(cloud.list(call))).toMatchObject({
    reason: 'Unknown',
    message: 'the assignment of host gpu-1 cannot be read: correct or remove the entry',
  })
  expect(await refusal(cloud.launch(spec('a'), call))).toMatchObject({ reason: 'Unknown' })
  expect(cluster.writes).toEqual([])
})

test.each([
  [403, 'Unauthorized'],
  [429, 'Throttled'],
  [503, 'CloudUnreachable'],
  [400, 'Unknown'],
])('an API server that answers %i is told as %s', async (status, reason) => {
  const { cloud, call, cluster } = createInventoryWorld()
  cluster.failReads(new ApiError({ status, reason: 'Any', message: 'no' }))
  expect(await refusal(cloud.list(call))).toMatchObject({ reason })
})
