import { createMetrics } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createAzureMetrics } from './azure-metrics.ts'

test('calls are counted by operation and status, and waits by how long they are', async () => {
  const metrics = createMetrics()
  const hooks = createAzureMetrics(metrics)
  hooks.onRequest({ operation: 'putAgentPool', status: 429, durationMs: 200 })
  hooks.onRequest({ operation: 'listAgentPools', status: undefined, durationMs: 60_000 })
  hooks.onThrottleWait('putAgentPool', 1_500)
  const text = await metrics.registry.metrics()
  expect(text).toContain('gpu_provisioner_azure_calls_total{operation="putAgentPool",code="429"} 1')
  expect(text).toContain('gpu_provisioner_azure_calls_total{operation="listAgentPools",code="none"} 1')
  expect(text).toContain('gpu_provisioner_azure_call_duration_seconds_sum{operation="listAgentPools"} 60')
  expect(text).toContain('gpu_provisioner_azure_throttle_waits_total{operation="putAgentPool"} 1')
  expect(text).toContain('gpu_provisioner_azure_throttle_wait_seconds_total{operation="putAgentPool"} 1.5')
})

test('what is left of each limit is asked for when somebody looks', async () => {
  const metrics = createMetrics()
  const left = { reads: 250 }
  createAzureMetrics(metrics).onCallsLeft(() => left)
  left.reads = 12
  expect(await metrics.registry.metrics()).toContain('gpu_provisioner_azure_calls_left{limit="reads"} 12')
})
