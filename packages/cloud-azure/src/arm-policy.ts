import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import { CloudError } from '@kaito/cloud-provider'
import { ArmRefusal, armErrorEntries } from './arm-failure.ts'
import { type ArmOperation, type ArmOperationName, armOperation } from './arm-operation.ts'
import type { CallBudget } from './call-budget.ts'
import { retryAfterMs } from './retry-after.ts'

/** One finished call, for metrics. */
export interface ArmCall {
  operation: ArmOperationName
  /** Undefined when no answer came. */
  status: number | undefined
  durationMs: number
}

export interface ArmPolicyOptions {
  endpoint: URL
  budget: CallBudget
  clock: { now(): number; monotonic(): number }
  onRequest: (call: ArmCall) => void
}

/** A call without an answer for this long is over; nothing here waits for slow work. */
const TIMEOUT_MS = 60_000

/**
 * What every request to Azure passes: it stays on the endpoint it was given (the bearer token follows no link
 * elsewhere), keeps to the call limits, ends in time, and turns a refusal into `ArmRefusal` with its whole body.
 */
export function armPolicy({ endpoint, budget, clock, onRequest }: ArmPolicyOptions): PipelinePolicy {
  return {
    name: 'kaitoArmPolicy',
    async sendRequest(request, next) {
      refuseOtherOrigin(request, endpoint)
      const operation = armOperation(request.method, request.url)
      budget.spend(operation)
      if (request.timeout === 0) request.timeout = TIMEOUT_MS
      const startedAt = clock.monotonic()
      let status: number | undefined
      try {
        const response = await next(request)
        status = response.status
        return accepted(response, { operation, budget, nowMs: clock.now() })
      } finally {
        onRequest({ operation: operation.name, status, durationMs: clock.monotonic() - startedAt })
      }
    },
  }
}

function refuseOtherOrigin({ url }: PipelineRequest, endpoint: URL): void {
  const { origin } = new URL(url)
  if (origin !== endpoint.origin) {
    throw new CloudError('CloudUnreachable', `refusing to follow an answer to ${origin}: it is not ${endpoint.origin}`)
  }
}

interface Answered {
  operation: ArmOperation
  budget: CallBudget
  nowMs: number
}

function accepted(response: PipelineResponse, { operation, budget, nowMs }: Answered): PipelineResponse {
  const { status, headers, bodyAsText } = response
  if (status >= 400) {
    const waitMs = retryAfterMs(headers, nowMs)
    const entries = armErrorEntries(json(bodyAsText))
    if (status === 429) budget.pause(operation, entries[0]?.code, waitMs)
    throw new ArmRefusal({ status, entries, ...(waitMs !== undefined && { retryAfterMs: waitMs }) })
  }
  if (status >= 300 || (status === 200 && !UNREAD.has(operation.name) && json(bodyAsText) === undefined)) {
    throw new CloudError('CloudUnreachable', `the answer (HTTP ${status}) is not from Azure Resource Manager`)
  }
  return response
}

/** Answers without a body, and lists of megabytes whose reader looks at their shape itself. */
const UNREAD = new Set<ArmOperationName>(['deleteAgentPool', 'listUsages', 'listSkus'])

/** A body as JSON; undefined for a proxy's page or half an answer. */
function json(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
