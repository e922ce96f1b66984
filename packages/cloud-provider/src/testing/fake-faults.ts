import type { Reason } from '@kaito/api'
import type { CloudError } from '../cloud-error.ts'
import type { FakeOperation } from './fake-instance.ts'

export type FakeMethod = 'get' | 'list' | 'launch' | 'terminate' | 'adopt' | 'health'

/** One spoiled call. Without `name` it hits the next call for any instance; `times` repeats it (1 by default). */
export type FakeFault = { name?: string; times?: number } & (
  | { do: 'refuse'; on: FakeMethod; error: CloudError }
  | { do: 'loseAnswer'; on: 'launch' | 'terminate' | 'adopt'; when: 'beforeApplying' | 'afterApplying' }
  /** The launch is accepted and the instance ends `Failed`. */
  | { do: 'failLaunch'; afterMs: number; reason: Reason; message: string }
  /** The call is accepted and its operation never ends. */
  | { do: 'neverFinish'; on: 'launch' | 'terminate' }
)

/** Faults waiting for their call, oldest first. */
export class FaultQueue {
  readonly #faults: { fault: FakeFault; left: number }[] = []

  add(fault: FakeFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#faults.length = 0
  }

  takeRefusal(method: FakeMethod, name: string | undefined): CloudError | undefined {
    const fault = this.#take((one) => one.do === 'refuse' && one.on === method, name)
    return fault?.do === 'refuse' ? fault.error : undefined
  }

  takeLostAnswer(method: FakeMethod, name: string | undefined): 'beforeApplying' | 'afterApplying' | undefined {
    const fault = this.#take((one) => one.do === 'loseAnswer' && one.on === method, name)
    return fault?.do === 'loseAnswer' ? fault.when : undefined
  }

  /** How an operation that was just accepted goes on. */
  takeOutcome(method: 'launch' | 'terminate', takesMs: number, name: string): Omit<FakeOperation, 'from'> {
    const fault = this.#take(
      (one) => (one.do === 'neverFinish' && one.on === method) || (one.do === 'failLaunch' && method === 'launch'),
      name,
    )
    if (fault?.do === 'neverFinish') return { takesMs: Number.POSITIVE_INFINITY }
    if (fault?.do !== 'failLaunch') return { takesMs }
    return { takesMs: fault.afterMs, failure: { reason: fault.reason, message: fault.message } }
  }

  #take(matches: (fault: FakeFault) => boolean, name: string | undefined): FakeFault | undefined {
    const index = this.#faults.findIndex(
      ({ fault }) => matches(fault) && (fault.name === undefined || fault.name === name),
    )
    const found = this.#faults[index]
    if (!found) return undefined
    found.left -= 1
    if (found.left <= 0) this.#faults.splice(index, 1)
    return found.fault
  }
}
