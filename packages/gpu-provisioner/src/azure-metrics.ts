import type { AzureCloudOptions } from '@kaito/cloud-azure'
import type { Metrics } from '@kaito/controller-kit'

/** What the cloud is given so that its calls are counted. */
type AzureHooks = Required<Pick<AzureCloudOptions, 'onRequest' | 'onThrottleWait' | 'onCallsLeft'>>

const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Counts calls to Azure, and how far our own limits and Azure's hold them back. */
export function createAzureMetrics(metrics: Metrics): AzureHooks {
  const calls = metrics.counter({
    name: 'gpu_provisioner_azure_calls_total',
    help: 'Calls to Azure Resource Manager by operation and HTTP status; "none" when no answer came',
    labels: ['operation', 'code'],
  })
  const seconds = metrics.histogram({
    name: 'gpu_provisioner_azure_call_duration_seconds',
    help: 'Time from sending a call to Azure to its answer',
    labels: ['operation'],
    buckets: CALL_SECONDS,
  })
  const waits = metrics.counter({
    name: 'gpu_provisioner_azure_throttle_waits_total',
    help: 'Calls not made because Azure, or our limits which follow its own, would not take them yet',
    labels: ['operation'],
  })
  const waitSeconds = metrics.counter({
    name: 'gpu_provisioner_azure_throttle_wait_seconds_total',
    help: 'How long those calls were told to wait',
    labels: ['operation'],
  })
  let callsLeft = (): Record<string, number> => ({})
  metrics.gauge(
    {
      name: 'gpu_provisioner_azure_calls_left',
      help: 'Calls that may be made at once, by the limit that Azure counts them under',
      labels: ['limit'],
    },
    () => Object.entries(callsLeft()).map(([limit, value]) => ({ labels: { limit }, value })),
  )
  return {
    onRequest({ operation, status, durationMs }) {
      calls.inc({ operation, code: status === undefined ? 'none' : String(status) })
      seconds.observe({ operation }, durationMs / 1000)
    },
    onThrottleWait(operation, ms) {
      waits.inc({ operation })
      waitSeconds.inc({ operation }, ms / 1000)
    },
    onCallsLeft(read) {
      callsLeft = read
    },
  }
}
