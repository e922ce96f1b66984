import { CloudError } from '@kaito/cloud-provider'
import { ApiError, ApiUnreachable } from '@kaito/controller-kit'

/** What a call ends with, in the words of the seam: here the cloud's answers are those of the API server. */
export async function asCloudAnswer<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CloudError) throw error
    throw cloudError(error)
  }
}

function cloudError(cause: unknown): CloudError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof ApiUnreachable) return new CloudError('CloudUnreachable', message, { cause })
  if (!(cause instanceof ApiError)) return new CloudError('Unknown', message, { cause })
  const { status, retryAfterMs } = cause
  const options = { cause, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  if (status === 401 || status === 403) {
    const remedy = 'Give the account of the provisioner the rights of its manifest'
    return new CloudError('Unauthorized', message, { ...options, remedy })
  }
  if (status === 429) return new CloudError('Throttled', message, options)
  return new CloudError(status >= 500 ? 'CloudUnreachable' : 'Unknown', message, options)
}
