import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('a gauge shows what is so when it is read, and nothing of what was so before', async () => {
  const metrics = createMetrics()
  let phases = ['Ready', 'Deleting']
  metrics.gauge({ name: 'claims', help: 'Claims', labels: ['phase'] }, () =>
    phases.map((phase) => ({ labels: { phase }, value: 1 })),
  )
  expect(await metrics.registry.getSingleMetricAsString('claims')).toMatch(/phase="Deleting"\} 1/)
  phases = ['Ready']
  expect(await metrics.registry.getSingleMetricAsString('claims')).not.toMatch(/Deleting/)
})

test('a counter takes in what has come up since it was read last', async () => {
  const metrics = createMetrics()
  metrics.counter({ name: 'seconds_total', help: 'Seconds' }, () => [{ labels: {}, value: 2 }])
  await metrics.registry.metrics()
  expect(await metrics.registry.getSingleMetricAsString('seconds_total')).toMatch(/^seconds_total 4$/m)
})
