import { expect, test } from 'vitest'
import type { Node } from './core-objects.ts'
import { NODES } from './core-resources.ts'
import { isConflict } from './errors.ts'
import { writeStatus } from './status.ts'
import { createFakeCluster } from './testing/fake-cluster.ts'
import { createManualClock } from './testing/manual-clock.ts'

function aCluster() {
  const cluster = createFakeCluster({ clock: createManualClock() })
  const current = cluster.put<Node>(NODES, {
    metadata: { name: 'n' },
    status: { capacity: { cpu: '4', gpu: '1' }, addresses: [] },
  })
  return { cluster, client: cluster.client, current }
}

test('writes nothing when the status is the same', async () => {
  const { cluster, client, current } = aCluster()
  const status = { addresses: [], capacity: { gpu: '1', cpu: '4' }, nodeInfo: undefined }
  expect(await writeStatus({ client, resource: NODES, current, status })).toBe(current)
  expect(cluster.writes).toEqual([])
})

test('writes what differs, removes what is missing and resolves with the stored object', async () => {
  const { cluster, client, current } = aCluster()
  const stored = await writeStatus({ client, resource: NODES, current, status: { capacity: { cpu: '8' } } })
  expect(stored.status).toEqual({ capacity: { cpu: '8' } })
  expect(cluster.get(NODES, 'n')).toEqual(stored)
})

test('is refused when a newer object is stored', async () => {
  const { cluster, client, current } = aCluster()
  cluster.edit(NODES, 'n', (node) => {
    node.metadata.labels = { newer: 'yes' }
  })
  const writing = writeStatus({ client, resource: NODES, current, status: {} })
  await expect(writing).rejects.toSatisfy(isConflict)
})
