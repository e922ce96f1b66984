import type { TokenCredential } from '@azure/identity'
import { CloudError } from '@kaito/cloud-provider'
import { printable } from './printable.ts'
import { remedyOf } from './remedy.ts'

/** The same credential, failing with this seam's errors: whatever the library throws, no token came. */
export function reportingCredential(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await credential.getToken(scopes, options)
      } catch (error) {
        if (options?.abortSignal?.aborted) throw error
        const reason = isOutage(error) ? 'CloudUnreachable' : 'Unauthorized'
        const message = error instanceof Error ? error.message : String(error)
        throw new CloudError(reason, printable(message), { ...remedyOf(reason), cause: error })
      }
    },
  }
}

/** Microsoft Entra out of reach or in trouble. The library keeps its code for the former at the head of the message. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode >= 500 || error.statusCode === 429
  }
  return error.name === 'RestError' || /\b(?:network_error|endpoints_resolution_error)\b/.test(error.message)
}
