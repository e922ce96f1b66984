import { until } from '../harness/until.ts'

export interface WantedCondition {
  status: string
  reason?: string
  message?: RegExp
  withinMs?: number
}

interface Shown {
  type: string
  status: string
  reason: string
  message: string
}

/** The condition once it is as wanted; the error of one that is not says what all were last. */
export async function awaitCondition<T extends Shown>(
  subject: string,
  read: () => Promise<readonly T[] | undefined>,
  { type, withinMs = 50_000, ...wanted }: WantedCondition & { type: string },
): Promise<T> {
  let last = 'nothing'
  const look = async () => {
    const conditions = (await read()) ?? []
    last = conditions.map((one) => `${one.type}=${one.status} ${one.reason}: ${one.message}`).join('\n')
    return conditions.find(
      (one) =>
        one.type === type &&
        one.status === wanted.status &&
        one.reason === (wanted.reason ?? one.reason) &&
        (wanted.message ?? /^/).test(one.message),
    )
  }
  const what = `${subject}: ${type}=${wanted.status} ${wanted.reason ?? ''} ${wanted.message ?? ''}`
  return until(what, look, { withinMs }).catch((cause: unknown) => {
    throw new Error(`${what} did not come; it has\n${last}`, { cause })
  })
}
