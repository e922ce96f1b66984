import { CloudError } from '@kaito/cloud-provider'
import type { Clock, EventFacts, Logger } from '@kaito/controller-kit'
import { passesByItself } from '../launch/refusal.ts'
import type { Outage } from '../lifecycle/observed.ts'

/** Whether this process gets on with the cloud, from what becomes of its lists. */
export interface CloudAccess {
  asked(): void
  answered(): void
  /** `begunAt` is when the call was sent, monotonic. */
  failed(error: unknown, begunAt: number): void
  /** Why it cannot work; undefined while it can, or need not know. */
  trouble(): string | undefined
  /** The same for a claim that waits for the cloud. */
  outage(): Outage | undefined
}

interface Options {
  clock: Clock
  log: Logger
  tellOperator?: (facts: EventFacts) => void
}

/** A cloud that worked may be silent or busy for so long before that is trouble: most of it passes by itself. */
export const TOLERATED_OUTAGE_MS = 60_000
/** What to do comes after the cloud's own words, and both must fit into an event. */
const LONGEST_WORDS = 500

interface Failure {
  reason: string
  text: string
  passing: boolean
  /** Since when nothing else than failures came. */
  since: number
}

/** Each cause is said once, in the log and to the operator, until the cloud answers again. */
export function createCloudAccess({ clock, log, tellOperator = () => undefined }: Options): CloudAccess {
  const said = new Set<string>()
  const told = new Set<string>()
  let state: 'unasked' | 'waiting' | 'working' = 'unasked'
  let failure: Failure | undefined

  const isTrouble = ({ passing, since }: Failure) =>
    !passing || state === 'waiting' || clock.monotonic() - since >= TOLERATED_OUTAGE_MS

  function say(error: CloudError): void {
    const { reason, message, remedy } = error
    log.warn({ reason, why: message, remedy }, 'the cloud cannot be listed, nothing is concluded from it')
  }

  return {
    asked() {
      if (state === 'unasked') state = 'waiting'
    },
    answered() {
      if (said.size > 0) log.info({}, 'the cloud can be listed again')
      said.clear()
      told.clear()
      state = 'working'
      failure = undefined
    },
    failed(error, begunAt) {
      const since = failure?.since ?? begunAt
      if (!(error instanceof CloudError)) {
        log.error({ err: error }, 'listing the cloud failed for no known reason')
        failure = { reason: 'Unknown', text: 'the list failed for no known reason', passing: true, since }
        return
      }
      const { reason } = error
      failure = { reason, text: textOf(error), passing: passesByItself(reason), since }
      // The words of what passes by itself differ from try to try.
      const cause = failure.passing ? reason : failure.text
      if (!said.has(cause)) say(error)
      said.add(cause)
      if (told.has(cause) || (failure.passing && clock.monotonic() - since < TOLERATED_OUTAGE_MS)) return
      told.add(cause)
      tellOperator({ type: 'Warning', reason, message: failure.text })
    },
    trouble() {
      if (!failure) return state === 'waiting' ? 'has not answered yet' : undefined
      return isTrouble(failure) ? `${failure.reason}: ${failure.text}` : undefined
    },
    outage() {
      if (!failure || !isTrouble(failure)) return undefined
      const { reason, text, passing } = failure
      return { reason, message: passing ? 'the cloud does not answer as it should; it is asked again' : text }
    },
  }
}

function textOf({ message, remedy }: CloudError): string {
  const words = message.length > LONGEST_WORDS ? `${message.slice(0, LONGEST_WORDS)}…` : message
  return remedy ? `${words.replace(/\.$/, '')}. ${remedy}` : words
}
