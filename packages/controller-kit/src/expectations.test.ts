import { expect, test } from 'vitest'
import { NODES } from './core-objects.ts'
import { createExpectations } from './expectations.ts'
import { createFakeCluster } from './testing/fake-cluster.ts'
import { createManualClock } from './testing/manual-clock.ts'

function aWorld() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const cache = cluster.cacheOf(NODES)
  return { clock, cluster, cache, expectations: createExpectations(cache, clock) }
}

test('a creation is pending until the slow cache shows the object', () => {
  const { cluster, cache, expectations } = aWorld()
  cache.pause()
  expectations.expect('n')
  cluster.put(NODES, { metadata: { name: 'n' } })
  expect(expectations.isPending('n')).toBe(true)
  expect(expectations.isPending('other')).toBe(false)
  cache.resume()
  expect(expectations.isPending('n')).toBe(false)
})

test('a refused creation is not waited for', () => {
  const { expectations } = aWorld()
  expectations.expect('n')
  expectations.cancel('n')
  expect(expectations.isPending('n')).toBe(false)
})

test('a creation whose fate is unknown is waited for in vain only so long', async () => {
  const { clock, expectations } = aWorld()
  expectations.expect('n')
  await clock.advance(29_999)
  expect(expectations.isPending('n')).toBe(true)
  await clock.advance(1)
  expect(expectations.isPending('n')).toBe(false)
})
