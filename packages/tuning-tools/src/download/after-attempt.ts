import { type BackOff, backOffMs } from '../back-off.ts'
import { EXIT } from '../failure.ts'

/** How an attempt to fetch one file ended. */
export type Outcome =
  | { kind: 'whole' }
  | { kind: 'answered'; status: number; retryAfterMs: number | undefined }
  | { kind: 'broken'; reason: string }

export interface Limits extends BackOff {
  /** How often a file is tried once more. */
  retries: number
}

export type Step =
  | { do: 'done' }
  | { do: 'retry'; waitMs: number; why: string }
  | { do: 'giveUp'; exitCode: number; why: string }

/** What to do after an attempt, of which `failures` came before. */
export function afterAttempt(outcome: Outcome, failures: number, limits: Limits): Step {
  if (outcome.kind === 'whole') return { do: 'done' }
  const why = outcome.kind === 'broken' ? outcome.reason : `the server answered ${outcome.status}`
  if (outcome.kind === 'answered' && !passes(outcome.status)) {
    return { do: 'giveUp', exitCode: EXIT.input, why: `${why}: ${advice(outcome.status)}` }
  }
  if (failures >= limits.retries) {
    return {
      do: 'giveUp',
      exitCode: EXIT.unavailable,
      why: `${why}: tried ${failures + 1} times, run the tuning again`,
    }
  }
  const asked = outcome.kind === 'answered' ? (outcome.retryAfterMs ?? 0) : 0
  return { do: 'retry', waitMs: Math.min(Math.max(backOffMs(failures + 1, limits), asked), limits.mostMs), why }
}

function passes(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

function advice(status: number): string {
  if (status === 401 || status === 403) return 'make the file readable for everybody, or renew its signed address'
  if (status === 404 || status === 410) return 'correct the address'
  return 'only 200 with the file will do, correct the address'
}
