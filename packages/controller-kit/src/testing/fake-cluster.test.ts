import { describe, expect, test } from 'vitest'
import type { Node } from '../core-objects.ts'
import { NODES, PODS } from '../core-resources.ts'
import { ApiUnreachable, isAlreadyExists, isConflict, isNotFound, isTooManyRequests } from '../errors.ts'
import { createFakeCluster } from './fake-cluster.ts'
import { createManualClock } from './manual-clock.ts'

const aNode = (metadata: object = {}): Node => ({ metadata: { name: 'n', ...metadata }, spec: { providerID: 'p' } })

function aCluster() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  return { clock, cluster, client: cluster.client }
}

describe('as the API server does, the fake cluster', () => {
  test('gives identity at creation and refuses a second object of the name', async () => {
    const { client } = aCluster()
    const node = await client.create(NODES, aNode())
    expect(node).toMatchObject({ apiVersion: 'v1', kind: 'Node', metadata: { generation: 1 } })
    expect(node.metadata.uid).toBeDefined()
    await expect(client.create(NODES, aNode())).rejects.toSatisfy(isAlreadyExists)
  })

  test('counts the generation on changes of what is desired alone', async () => {
    const { client } = aCluster()
    await client.create(NODES, aNode())
    const labelled = await client.mergePatch(NODES, { name: 'n' }, { metadata: { labels: { a: 'b' } } })
    expect(labelled.metadata.generation).toBe(1)
    const changed = await client.mergePatch(NODES, { name: 'n' }, { spec: { unschedulable: true } })
    expect(changed.metadata.generation).toBe(2)
  })

  test('keeps status and the rest apart', async () => {
    const { client } = aCluster()
    await client.create(NODES, aNode())
    await client.mergePatch(NODES, { name: 'n' }, { spec: { unschedulable: true }, status: { capacity: { a: '1' } } })
    expect((await client.get(NODES, { name: 'n' }))?.status).toBeUndefined()
    const patch = { spec: { providerID: 'x' }, status: { capacity: { a: '1' } } }
    const stored = await client.mergePatch(NODES, { name: 'n' }, patch, { subresource: 'status' })
    expect(stored).toMatchObject({ spec: { providerID: 'p' }, status: { capacity: { a: '1' } } })
  })

  test('a patch that changes nothing makes no new version', async () => {
    const { client } = aCluster()
    const created = await client.create(NODES, aNode())
    const patched = await client.mergePatch(NODES, { name: 'n' }, { spec: { providerID: 'p' } })
    expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion)
  })

  test('refuses writes and deletions made for another version or object', async () => {
    const { client } = aCluster()
    const created = await client.create(NODES, aNode())
    await client.mergePatch(NODES, { name: 'n' }, { spec: { unschedulable: true } })
    const stale = { metadata: { resourceVersion: created.metadata.resourceVersion } }
    await expect(client.mergePatch(NODES, { name: 'n' }, stale)).rejects.toSatisfy(isConflict)
    await expect(client.replace(NODES, created)).rejects.toSatisfy(isConflict)
    await expect(client.replace(NODES, aNode())).rejects.toMatchObject({ status: 422 })
    const other = { preconditions: { uid: 'other' } }
    await expect(client.delete(NODES, { name: 'n' }, other)).rejects.toSatisfy(isConflict)
  })

  test('holds a deleted object until its last finalizer goes, and lets nobody add one', async () => {
    const { client } = aCluster()
    const node = await client.create(NODES, aNode({ finalizers: ['a', 'b'] }))
    const preconditions = { uid: node.metadata.uid ?? '' }
    await client.delete(NODES, { name: 'n' }, { preconditions })
    expect((await client.get(NODES, { name: 'n' }))?.metadata.deletionTimestamp).toBe('2030-01-01T00:00:00Z')
    const more = client.mergePatch(NODES, { name: 'n' }, { metadata: { finalizers: ['a', 'b', 'c'] } })
    await expect(more).rejects.toMatchObject({ status: 422 })
    await client.mergePatch(NODES, { name: 'n' }, { metadata: { finalizers: ['b'] } })
    await client.mergePatch(NODES, { name: 'n' }, { metadata: { finalizers: null } })
    expect(await client.get(NODES, { name: 'n' })).toBeUndefined()
    await expect(client.mergePatch(NODES, { name: 'n' }, {})).rejects.toSatisfy(isNotFound)
    await client.delete(NODES, { name: 'n' }, { preconditions })
  })

  test('lets a bound Pod die for its grace period, and evicts unless a budget forbids it', async () => {
    const { cluster, client } = aCluster()
    const pod = cluster.put(PODS, { metadata: { name: 'p', namespace: 'd' }, spec: { containers: [], nodeName: 'n' } })
    const key = { name: 'p', namespace: 'd' }
    cluster.protect('d/p')
    await expect(client.evict(key, { uid: pod.metadata.uid ?? '' })).rejects.toSatisfy(isTooManyRequests)
    cluster.protect('d/p', false)
    await client.evict(key, { uid: pod.metadata.uid ?? '' })
    expect((await client.get(PODS, key))?.metadata.deletionGracePeriodSeconds).toBe(30)
    cluster.vanish(PODS, 'd/p')
    expect(await client.get(PODS, key)).toBeUndefined()
  })

  test.each([
    ['size=big', ['a']],
    ['size!=big', ['b', 'c']],
    ['size', ['a', 'b']],
    ['!size', ['c']],
    ['size in (big, small),zone notin (x)', ['b']],
  ])('selects by labels: %s', async (labelSelector, names) => {
    const { cluster, client } = aCluster()
    cluster.put(NODES, aNode({ name: 'a', labels: { size: 'big', zone: 'x' } }))
    cluster.put(NODES, aNode({ name: 'b', labels: { size: 'small' } }))
    cluster.put(NODES, aNode({ name: 'c' }))
    expect((await client.list(NODES, { labelSelector })).map(({ metadata }) => metadata.name)).toEqual(names)
  })

  test('selects by fields and namespace', async () => {
    const { cluster, client } = aCluster()
    for (const [name, namespace, nodeName] of [
      ['a', 'x', 'n1'],
      ['b', 'x', 'n2'],
      ['c', 'y', 'n1'],
    ] as const) {
      cluster.put(PODS, { metadata: { name, namespace }, spec: { containers: [], nodeName } })
    }
    const found = await client.list(PODS, { namespace: 'x', fieldSelector: 'spec.nodeName=n1' })
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['a'])
  })
})

describe('faults', () => {
  test('before: nothing is applied; after: applied, but no answer comes', async () => {
    const { cluster, client } = aCluster()
    cluster.failWrite({ when: 'before' })
    await expect(client.create(NODES, aNode())).rejects.toThrow(ApiUnreachable)
    expect(cluster.list(NODES)).toEqual([])
    cluster.failWrite({ when: 'after' })
    await expect(client.create(NODES, aNode())).rejects.toThrow(ApiUnreachable)
    expect(cluster.list(NODES)).toHaveLength(1)
    expect(cluster.writes).toHaveLength(2)
  })

  test('hit the n-th write that matches', async () => {
    const { cluster, client } = aCluster()
    cluster.failWrite({ when: 'before', nth: 2, matching: ({ verb }) => verb === 'patch' })
    await client.create(NODES, aNode())
    await client.mergePatch(NODES, { name: 'n' }, {})
    await expect(client.mergePatch(NODES, { name: 'n' }, {})).rejects.toThrow(ApiUnreachable)
    await client.mergePatch(NODES, { name: 'n' }, {})
  })

  test('reads fail until told otherwise', async () => {
    const { cluster, client } = aCluster()
    cluster.failReads(new ApiUnreachable('away'))
    await expect(client.list(NODES)).rejects.toThrow('away')
    cluster.failReads(undefined)
    expect(await client.list(NODES)).toEqual([])
  })
})

test('a paused cache is stale until resumed; an own write can be shown to it', () => {
  const { cluster } = aCluster()
  const cache = cluster.cacheOf(NODES, { provider: ({ spec }) => (spec?.providerID ? [spec.providerID] : []) })
  const changes: string[] = []
  cache.onChange(({ type }) => changes.push(type))
  cache.pause()
  const stored = cluster.put(NODES, aNode())
  expect(cache.list()).toEqual([])
  cache.observe(stored)
  expect(cache.byIndex('provider', 'p')).toEqual([stored])
  cluster.vanish(NODES, 'n')
  cache.resume()
  expect(cache.get('n')).toBeUndefined()
  expect(cache.byIndex('provider', 'p')).toEqual([])
  expect(changes).toEqual(['added', 'deleted'])
})
