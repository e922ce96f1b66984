import type { Reason } from '@kaito/api'

export interface AzureError {
  name: string
  reason: Reason
  /** Undefined for the error of an operation, found in `status.provisioningError`. */
  status?: number
  body: unknown
}

/** As AKS sends it. */
export const bare = (code: string, message: string, more: object = {}) => ({
  code,
  details: null,
  message,
  subcode: '',
  ...more,
})
/** As Resource Manager sends it. */
export const wrapped = (code: string, message: string) => ({ error: { code, message } })
/** One error within another, and quoted in its message, as operations leave it. */
export const inner = (code: string, message: string, outer = code) => ({
  code: outer,
  message: `Code="${code}" Message="${message}"`,
  details: [{ code, message }],
})
