import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { expect, test } from 'vitest'
import { createInventoryWorld } from '../testing/inventory-world.ts'

const spec = anInstanceSpec({ name: 'a', claimUid: 'uid-of-a' })
const FEW = 4

/** As the lifecycle does: what failed is asked for again, by the next process at the latest. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < FEW; tries += 1) {
    const failed = await work().then(
      () => false,
      () => true,
    )
    if (!failed) return
  }
  throw new Error('it fails each time')
}

/** From the launch to the host that is free again, with one write that fails; how many writes there were. */
async function life(nth: number, when: 'before' | 'after'): Promise<number> {
  const { cloud, call, cluster, join, node, settle, assignments } = createInventoryWorld({ 'gpu-1': {}, 'gpu-2': {} })
  join('gpu-1')
  const before = node('gpu-1')?.metadata.labels
  if (nth > 0) cluster.failWrite({ nth, when })
  await again(() => cloud.launch(spec, call))
  await again(settle)
  expect([...assignments().keys()]).toEqual(['gpu-1'])
  expect(await cloud.get('a', call)).toMatchObject({ state: 'Running' })
  expect(node('gpu-1')?.metadata.labels).toMatchObject({ 'kaito.sh/claim-uid': 'uid-of-a' })
  await again(() => cloud.terminate({ name: 'a', claimUid: 'uid-of-a' }, call))
  await again(settle)
  expect(await cloud.get('a', call)).toBeUndefined()
  expect(assignments().size).toBe(0)
  expect(node('gpu-1')?.metadata.labels).toEqual(before)
  return cluster.writes.length
}

test('whichever write of a life fails, before or after it is applied, one host is taken and comes back as it was', async () => {
  const writes = await life(0, 'before')
  expect(writes).toBe(7)
  for (let nth = 1; nth <= writes; nth += 1) {
    for (const when of ['before', 'after'] as const) await life(nth, when)
  }
})
