import type { Reason } from '@kaito/api'

export interface CloudErrorOptions {
  /** How long the cloud asked to wait, in milliseconds. */
  retryAfterMs?: number
  /** What the user can do about it. */
  remedy?: string
  /** Which choice was refused; absent when the whole cloud refused (throttling, rights, a stopped cluster). */
  choice?: { instanceType: string; zone: string | undefined; capacityType: string }
  cause?: unknown
}

/** A cloud's no, or its silence. `reason` is for machines, `message` is the cloud's own words. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly reason: Reason
  readonly retryAfterMs: number | undefined
  readonly remedy: string | undefined
  readonly choice: CloudErrorOptions['choice']

  constructor(reason: Reason, message: string, options: CloudErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs
    this.remedy = options.remedy
    this.choice = options.choice
  }
}

/** Whether a refusal is about what was asked for, so that another choice may be granted, or about the whole cloud. */
export function concernsChoice(reason: Reason): boolean {
  return reason === 'QuotaExceeded' || reason === 'SkuNotAvailable' || reason === 'NoCapacity'
}
