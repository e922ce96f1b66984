import type { Evidence } from '../evidence.ts'
import type { ObjectChange } from '../history.ts'
import type { WireAnswer, WireCall } from '../wire.ts'

/** Says that something happened that must not. */
export type Complain = (number: string, what: string) => void

/** Watches one group of rules; each complaint carries the rule's number in the list of invariants. */
export interface Check {
  onChange?(change: ObjectChange): void
  /** A request is about to be carried out. */
  onArrival?(call: WireCall): void
  onAnswer?(call: WireCall, answer: WireAnswer): void
  /** Some virtual time has passed. */
  onTime?(): void
}

export type CreateCheck = (evidence: Evidence, complain: Complain) => Check
