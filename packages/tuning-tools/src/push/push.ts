import { lstat } from 'node:fs/promises'
import { shownDuration } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import { EXIT, Failure } from '../failure.ts'
import { afterAttempt, type Limits, type Target } from './after-attempt.ts'
import { appendLayer } from './crane.ts'

export const PUSH_LIMITS = { firstMs: 5_000, mostMs: 300_000, attemptMs: 3_600_000 }

interface PushOptions extends Target {
  limits: Limits & {
    /** How long one attempt may take. */
    attemptMs: number
  }
  /** Path of crane, or its name on the PATH. */
  crane: string
  clock: Clock
  signal: AbortSignal
  tell: (line: string) => void
}

/**
 * Pushes an adapter, again and again until it is there or the deadline has passed.
 *
 * @returns one sentence with the digest of what was pushed.
 * @throws Failure that says why it is not there and what to do.
 */
export async function push(options: PushOptions): Promise<string> {
  const { layer, limits, clock, signal, tell } = options
  await mustBeLayer(layer)
  const begun = clock.now()
  for (let failures = 1; ; failures += 1) {
    const result = await appendLayer(options, { program: options.crane, limitMs: limits.attemptMs, signal })
    if ('pushed' in result) return `pushed ${result.pushed}`
    const attempt = { error: result.error, failures, elapsedMs: clock.now() - begun }
    const step = afterAttempt(attempt, options, limits)
    if (step.do === 'giveUp') throw new Failure(step.exitCode, step.sentence)
    tell(`attempt ${failures} failed: ${result.error}; next try in ${shownDuration(step.waitMs)}`)
    await clock.pause(step.waitMs, signal)
  }
}

async function mustBeLayer(path: string): Promise<void> {
  // crane reads the value as a list.
  if (/[,"\r\n]/.test(path)) throw new Failure(EXIT.usage, '--layer has a comma, a quote or a line break: rename it')
  const stat = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(EXIT.input, `the layer ${path} cannot be read (${error.code}): run the tuning again`, {
      cause: error,
    })
  })
  if (!stat.isFile()) throw new Failure(EXIT.input, `the layer ${path} is no regular file: run the tuning again`)
}
