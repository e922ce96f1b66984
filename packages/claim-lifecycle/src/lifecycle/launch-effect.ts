import type { Reason } from '@kaito/api'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { type KubernetesObject, keyOf, parseKey } from '@kaito/controller-kit'
import { backoffMs, spreadMs } from '../launch/backoff.ts'
import type { RefusedChoice } from '../launch/choice-refusals.ts'
import { launchFirst } from '../launch/launch-first.ts'
import { isAskedAnew, refusalAnnotation, refusals } from '../launch/launch-record.ts'
import { choiceText, everyChoiceRefused, type LaunchRefusal, launchRefusal } from '../launch/refusal.ts'
import { hasLimit, overLimit } from '../launch/spend-limit.ts'
import { turnOf } from '../launch/turn.ts'
import { type Pass, tellOfClaim } from './pass.ts'

/** Spends money: asks for the first choice the cloud accepts, after `justify` has looked at the claim once more. */
export async function launchEffect<T extends KubernetesObject>(
  pass: Pass<T>,
  specs: readonly InstanceSpec[],
  justify: () => Promise<void>,
): Promise<void> {
  await justify()
  const waitMs = nextWaitMs(pass)
  let takeBack: (() => void) | undefined
  try {
    await keepLimits(pass)
    takeBack = pass.dependencies.absences.launchSent(pass.seen.claim.uid)
    const { accepted, refused } = await askFor(pass, specs, waitMs)
    if (accepted) await noteAccepted(pass, accepted, refused)
    else {
      takeBack()
      await noteRefused(pass, refused)
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    if (!isUncertain(error)) takeBack?.()
    // The request may have arrived all the same: only a list can tell.
    else pass.dependencies.instances.noteUncertain(pass.seen.claim.uid)
    await noteRefusal(pass, error, waitMs)
  }
  advise(pass, specs)
}

function nextWaitMs<T extends KubernetesObject>({ seen, dependencies }: Pass<T>): number {
  return backoffMs(refusals(seen.claim).times + 1, dependencies.settings.refusalBackoff)
}

/** The cloud did not say whether it carried the request out. */
function isUncertain({ reason }: CloudError): boolean {
  return reason === 'CloudUnreachable' || reason === 'Unknown'
}

function askFor<T extends KubernetesObject>(pass: Pass<T>, specs: readonly InstanceSpec[], waitMs: number) {
  const { cloud, choiceRefusals, clock, settings } = pass.dependencies
  const askAnew = isAskedAnew(pass.seen.claim)
  const launching = { cloud, choiceRefusals, clock, waitMs, askAnew, backoff: settings.refusalBackoff }
  return launchFirst(specs, launching, pass.call)
}

/** Once for a claim: when the cloud has answered for the first time, with more than a request to wait. */
function advise<T extends KubernetesObject>(pass: Pass<T>, specs: readonly InstanceSpec[]): void {
  const { refusal } = pass.outcome
  const isAnswer = refusal === undefined || refusal.notBeforeMs !== undefined
  if (!isAnswer || refusals(pass.seen.claim).times > 0) return
  const { cloud } = pass.dependencies
  const advice = new Set(specs.map((spec) => (spec.launch === 1 ? cloud.advice?.(spec) : undefined)))
  for (const message of advice) {
    if (message !== undefined) tellOfClaim(pass, { type: 'Warning', reason: 'InstanceTypeAdvice', message })
  }
}

async function keepLimits<T extends KubernetesObject>({ seen, dependencies, call }: Pass<T>): Promise<void> {
  const { cloud, kinds, settings } = dependencies
  if (!hasLimit(settings)) return
  const claims = (await Promise.all(kinds.map((kind) => kind.list(call.signal)))).flat()
  const message = overLimit(seen.claim, claims, { ...settings, gpusOf: (size) => cloud.gpusOf?.(size) })
  if (message !== undefined) {
    throw new CloudError('LimitReached', message, { remedy: 'Delete claims that are not needed or raise the limit' })
  }
}

/** What was refused on the way is written down too: a new process shall not ask for it again at once. */
async function noteAccepted<T extends KubernetesObject>(
  pass: Pass<T>,
  accepted: InstanceSpec,
  refused: readonly RefusedChoice[],
): Promise<void> {
  pass.dependencies.instances.noteLaunched(accepted)
  const all = everyChoiceRefused(refused)
  if (!all) return
  const { reason, message } = all
  const { times } = refusals(pass.seen.claim)
  await record(
    pass,
    refusalAnnotation(pass.seen.claim, { times, notBeforeMs: pass.seen.now, reason, message, choices: refused }),
  )
  tellOfClaim(pass, { type: 'Warning', reason, message: `${message}; launched ${choiceText(accepted)} instead` })
}

/** Nothing possible: the claim says every choice and why, those included that other claims were refused. */
async function noteRefused<T extends KubernetesObject>(
  pass: Pass<T>,
  refused: readonly RefusedChoice[],
): Promise<void> {
  const { choiceRefusals, clock } = pass.dependencies
  const known = pass.seen.choices.flatMap((choice) => {
    const refusal = choiceRefusals.of(choice, clock.now())
    return refusal ? [{ choice, refusal }] : []
  })
  const all = everyChoiceRefused(known)
  if (!all) return
  const { reason, message, untilMs } = all
  const notBeforeMs = untilMs + ownSpreadMs(pass)
  pass.outcome.refusal = lasting({ reason, message, notBeforeMs })
  // What others were refused stands on their claims.
  if (refused.length > 0) await recordRefusal(pass, { reason, message, notBeforeMs }, known)
}

/** A refusal of the whole cloud, or of a limit of ours. */
async function noteRefusal<T extends KubernetesObject>(
  pass: Pass<T>,
  error: CloudError,
  waitMs: number,
): Promise<void> {
  const refusal = launchRefusal(error, pass.seen.now, waitMs)
  if (refusal.notBeforeMs === undefined) {
    pass.outcome.refusal = refusal
    return
  }
  const notBeforeMs = refusal.notBeforeMs + ownSpreadMs(pass)
  pass.outcome.refusal = lasting({ ...refusal, notBeforeMs })
  await recordRefusal(pass, { ...refusal, notBeforeMs }, [])
}

/** Its wait is on the claim. It holds up the next launch alone: the claim can still be deleted at once. */
function lasting(refused: Pick<LaunchRefusal, 'reason' | 'message' | 'notBeforeMs'>): LaunchRefusal {
  return { ...refused, retryAfterMs: 0 }
}

/** So that claims that are refused together do not come back together. */
function ownSpreadMs<T extends KubernetesObject>({ current, dependencies }: Pass<T>): number {
  const { claims, random, settings } = dependencies
  return spreadMs(turnOf(current, claims.list(), random), settings.refusalBackoff)
}

/** So that a restart does not ask the cloud again too early. What is repeated is no news to anybody. */
async function recordRefusal<T extends KubernetesObject>(
  pass: Pass<T>,
  refused: { reason: Reason; message: string; notBeforeMs: number },
  choices: readonly RefusedChoice[],
): Promise<void> {
  const before = refusals(pass.seen.claim)
  await record(pass, refusalAnnotation(pass.seen.claim, { ...refused, times: before.times + 1, choices }))
  const { reason, message } = refused
  if (before.times === 0 || before.reason !== reason) tellOfClaim(pass, { type: 'Warning', reason, message })
}

async function record<T extends KubernetesObject>(pass: Pass<T>, annotations: Record<string, string>): Promise<void> {
  const { adapter, client, claims } = pass.dependencies
  const key = parseKey(keyOf(pass.current))
  pass.current = await client.mergePatch(adapter.resource, key, { metadata: { annotations } }, pass.call)
  claims.observe(pass.current)
}
