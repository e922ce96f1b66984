import type { RecordedStep } from '../claim/claim.ts'
import { initialization } from '../node/initialization.ts'
import { type Observed, servingNode } from './observed.ts'

interface LaunchFailure {
  launch: number
  reason: string
  message: string
}

/** Why the present launch will not become a usable node any more; undefined while it may. */
export function launchFailure(seen: Observed): LaunchFailure | undefined {
  const { claim, sighting } = seen
  const instance = sighting.known ? sighting.instance : undefined
  // Whose launch nobody can tell any more, nobody gives up: a later pass could not tell it from the next one.
  if (!instance || instance.launch === undefined || claim.steps.initialized?.met) return undefined
  const { launch } = instance
  const { node } = servingNode(seen)
  if (instance.state === 'Failed' && !node && claim.providerID === undefined) {
    const failure = instance.failure ?? { reason: 'Unknown', message: 'the cloud gave no reason' }
    return { launch, ...failure }
  }
  const running = runningDeadline(seen)
  return running && seen.mayEnd && running.leftMs <= 0 ? { launch, ...running.failure } : undefined
}

interface Deadline {
  leftMs: number
  /** Names what is waited for and since when. */
  state: string
  /** How long that has lasted by what is written down, in milliseconds. */
  recordedMs: number
  limitMs: number
  failure: { reason: string; message: string }
}

/** The deadline that runs now. It starts when the cloud or the Node was seen in its present state. */
export function runningDeadline(seen: Observed): Deadline | undefined {
  const { claim, sighting, settings } = seen
  const state = sighting.known ? sighting.instance?.state : undefined
  const { launched, registered, initialized } = claim.steps
  if (state === undefined || state === 'Stopped' || state === 'Deleting' || initialized?.met) return undefined
  const { node } = servingNode(seen)
  if (node && registered?.met) {
    const step = initialization(claim, node, undefined)
    return step.met ? undefined : deadline(seen, registered, { limitMs: settings.initializationDeadlineMs, ...step })
  }
  if (state === 'Running' && !node && registered?.reason === 'NodeNotFound') {
    const message = 'the instance runs but no Node of it has joined the cluster'
    return deadline(seen, registered, {
      limitMs: settings.registrationDeadlineMs,
      reason: 'NodeNotRegistered',
      message,
    })
  }
  // An older reason is that of the time before the launch. A Node that cannot be registered counts as none.
  if (launched?.reason !== 'PoolCreating' || launched.met || (state === 'Running' && !node)) return undefined
  const reason = node ? 'NodeNotRegistered' : 'PoolCreating'
  const message = node ? 'the Node could not be registered' : 'the cloud did not finish the instance in time'
  return deadline(seen, launched, { limitMs: settings.launchDeadlineMs, reason, message })
}

function deadline(
  seen: Observed,
  step: RecordedStep,
  rule: { limitMs: number; reason: string; message: string },
): Deadline | undefined {
  if (step.sinceMs === undefined) return undefined
  const { limitMs, reason, message } = rule
  const minutes = Math.round(limitMs / 60_000)
  const recordedMs = seen.now - step.sinceMs
  return {
    leftMs: limitMs - (seen.waitedMs ?? recordedMs),
    state: `${seen.claim.uid} ${reason} ${step.sinceMs}`,
    recordedMs,
    limitMs,
    failure: { reason, message: `${message} (waited ${minutes} minutes)` },
  }
}
