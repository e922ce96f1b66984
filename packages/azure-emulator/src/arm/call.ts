import type { Cloud } from '../cloud.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import type { ResourceType } from './api-versions.ts'

/** One authenticated request on its way to an endpoint. */
export interface ArmCall {
  request: HttpRequest
  params: Record<string, string>
  /** Client id of the caller. */
  caller: string
  correlationId: string
}

/** What Azure Resource Manager must know of a route before it lets a request through. */
export interface ArmEndpoint {
  type: ResourceType
  /** Role action; undefined needs none, as the signed address of an operation. */
  action?: string
  /** Which of the AKS request limits it falls under. */
  limit?: 'putPool' | 'getCluster' | 'operation' | 'other'
  /** Answers, or throws `ArmError`. */
  handle(cloud: Cloud, call: ArmCall): HttpAnswer
}
