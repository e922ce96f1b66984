import { type BackOff, backOffMs, shownDuration } from '../back-off.ts'
import { EXIT } from '../failure.ts'

export interface Limits extends BackOff {
  /** From the first attempt on. */
  deadlineMs: number
}

/** An attempt that failed: how many did, this one included, and how long ago the first one began. */
export interface Attempt {
  /** The last words of crane. */
  error: string
  failures: number
  elapsedMs: number
}

export interface Target {
  layer: string
  base: string
  image: string
}

export type Step = { do: 'retry'; waitMs: number } | { do: 'giveUp'; exitCode: number; sentence: string }

/** What crane 0.22 says; the Secret's file is read anew for each attempt, so that a broken one can be repaired. */
const TROUBLES = {
  name: /could not parse reference|\b(?:NAME|TAG)_INVALID\b/,
  layer: /^Error: appending /,
  credentials: /\b(?:UNAUTHORIZED|DENIED)\b|\bstatus code 40[13]\b|\bparsing config file\b/,
}

/**
 * What to do after an attempt to push has failed. Hours of a GPU are in the layer: whatever may pass is tried until the deadline,
 * refused credentials as well, for a Secret can be corrected meanwhile.
 */
export function afterAttempt({ error, failures, elapsedMs }: Attempt, target: Target, limits: Limits): Step {
  const lasting = lastingTrouble(error, target)
  if (lasting) return { do: 'giveUp', ...lasting }
  const leftMs = limits.deadlineMs - elapsedMs
  if (leftMs > 0) return { do: 'retry', waitMs: Math.min(backOffMs(failures, limits), leftMs) }
  return { do: 'giveUp', ...atDeadline(error, target, limits) }
}

function lastingTrouble(error: string, { layer, base, image }: Target) {
  if (TROUBLES.layer.test(error)) {
    return { exitCode: EXIT.input, sentence: `the layer ${layer} cannot be read (${error}): run the tuning again` }
  }
  if (!TROUBLES.name.test(error)) return undefined
  const [name, place] = concernsBase(error) ? [base, 'the base image'] : [image, 'output.image']
  return { exitCode: EXIT.usage, sentence: `"${name}" is no name of an image (${error}): correct ${place}` }
}

function atDeadline(error: string, { base, image }: Target, { deadlineMs }: Limits) {
  const what = concernsBase(error) ? `the base image ${base} could not be read` : `${image} could not be pushed`
  const tried = `${what} in ${shownDuration(deadlineMs)} (${error})`
  if (TROUBLES.credentials.test(error)) {
    const remedy =
      'correct the push Secret, whose account needs the right to read and to push, and run the tuning again'
    return { exitCode: EXIT.credentials, sentence: `${tried}: ${remedy}` }
  }
  const remedy = 'see that the registry can be reached from the cluster and takes the image, and run the tuning again'
  return { exitCode: EXIT.unavailable, sentence: `${tried}: ${remedy}` }
}

function concernsBase(error: string): boolean {
  return error.startsWith('Error: pulling ')
}
