import type { Life } from '../evidence.ts'
import { aboutAnswers, aboutLife, type Item, unseen } from '../item.ts'
import { conditionOf, isTrue, shown } from '../seen-object.ts'
import { firstWith, goneAtMs, hadCondition, last, living, wordings } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { finalizerFault, seconds } from './node-story.ts'

const STEPS = ['Launched', 'Registered', 'Initialized']
/** What the impossible claim asks for, and how late its end may be seen. */
export const EXPIRES_MS = 20_000
const EXPIRY_SLACK_MS = 30_000

/** A backend that takes an unknown size for one that is sold out tells nothing about failures. */
export function unlessSoldOut(life: Life, judge: () => Verdict): Verdict {
  const soldOut = life.events.some(({ reason }) => reason === 'InsufficientCapacityError')
  return soldOut ? notApplicable('this backend takes a size that does not exist for one that is sold out') : judge()
}

/** N1 to N13: what is stored, and how a launch begins and fails. */
export const NODE_CLAIM_LAUNCH_ITEMS: Item[] = [
  aboutAnswers(['N1', 'the spec never changes, metadata and status may', 'a change that has no effect looks applied']),
  aboutAnswers(['N2', 'expireAfter defaults to 720h', 'nodes live longer or shorter than those of Karpenter']),
  aboutAnswers(['N3', 'class and requirements must be there', 'a claim that nobody serves is accepted']),
  aboutAnswers([
    'N4',
    "requirements on Karpenter's own labels are refused",
    'a claim can pretend to be what it is not',
  ]),
  aboutAnswers(['N5', 'bad requirements and taints are refused', 'mistakes are found when a node is missing']),
  aboutLife(
    'foreign',
    ['N6', 'claims of another class are left alone', 'two backends launch a node each for one claim'],
    ({ claim }) => {
      const touched = firstWith(
        claim,
        ({ metadata, status }) => metadata.finalizers.length + status.conditions.length > 0,
      )
      return unless(touched && `${JSON.stringify(touched.object.metadata.finalizers)} on a claim of nobody`)
    },
  ),
  aboutLife(
    'marked',
    ['N7', 'the finalizer is there before the launch', 'a deletion at the wrong moment leaks a machine that bills'],
    (life) => unless(finalizerFault(life)),
  ),
  aboutLife(
    'impossible',
    ['N8', 'what is open is Unknown since the creation', 'a launch seems to have begun later than it did'],
    (life) => unlessSoldOut(life, () => unless(...STEPS.map((type) => openFault(life, type)))),
  ),
  aboutLife(
    'impossible',
    ['N9', 'a failed launch is Launched=Unknown with a reason', 'users wait without being told why'],
    (life) => unlessSoldOut(life, () => failureVerdict(life)),
  ),
  unseen(
    'N10',
    'an error of the cloud becomes reason and message',
    'which error the cloud gave is not seen; N9 looks at its words',
  ),
  aboutLife(
    'unavailable',
    ['N11', 'a claim that no machine can be had for is deleted, with an event', 'a scheduler never tries another size'],
    ({ claim, events, acts }) =>
      unless(
        goneAtMs(claim) === undefined && 'the claim stayed',
        acts.deleted !== undefined && 'the claim stayed until it was deleted',
        hadCondition(claim, { type: 'Launched', status: 'True' }) && 'it was launched',
        !events.some(({ reason, type }) => reason === 'InsufficientCapacityError' && type === 'Warning') &&
          'no event InsufficientCapacityError',
      ),
  ),
  aboutLife(
    'plain',
    [
      'N12',
      'a launched claim has provider ID, capacity and its own labels',
      'nobody can find the machine behind a claim',
    ],
    launchedVerdict,
  ),
  unseen('N13', 'a claim that is not launched in 5 minutes is deleted', 'N9 needs its claim to end sooner'),
  aboutLife(
    'impossible',
    ['N39', 'a claim is deleted when its time is over, whatever protects it', 'nodes are never renewed'],
    (life) => unlessSoldOut(life, () => expiryVerdict(life)),
  ),
]

function openFault({ claim }: Life, type: string): string | false {
  const open = living(claim).find(({ object }) => {
    const condition = conditionOf(object, type)
    return condition?.status === 'Unknown' && condition.lastTransitionTime !== object.metadata.creationTimestamp
  })
  return open !== undefined && `${type}=Unknown since a time that is not that of the creation`
}

function failureVerdict({ claim }: Life): Verdict {
  const said = wordings(claim, 'Launched')
  const failure = said.find(({ reason, message }) => reason !== 'AwaitingReconciliation' && message !== '')
  const ready = wordings(claim, 'Ready')
  return unless(
    said.length === 0 && 'no condition Launched at all',
    ...said.map((condition) => condition.status !== 'Unknown' && shown(condition)),
    !failure && 'no reason with a message',
    ...ready.map((condition) => condition.reason !== 'ReconcilingDependents' && shown(condition)),
    ready.length === 0 && 'no condition Ready',
  )
}

function launchedVerdict({ claim, sent }: Life): Verdict {
  const launched = firstWith(claim, (object) => isTrue(object, 'Launched'))?.object
  const ready = firstWith(claim, (object) => isTrue(object, 'Ready'))?.object
  if (!launched || !ready) return unless(`${shown(wordings(claim, 'Launched').at(-1))} and never Ready`)
  const { status, metadata } = ready
  const lost = Object.entries(sent.metadata.labels).filter(([key, value]) => metadata.labels[key] !== value)
  return unless(
    conditionOf(launched, 'Launched')?.reason !== 'Launched' && shown(conditionOf(launched, 'Launched')),
    launched.status.providerID === '' && 'Launched=True without a provider ID',
    Object.keys(status.capacity).length === 0 && 'a ready claim without capacity',
    Object.keys(status.allocatable).length === 0 && 'a ready claim without allocatable',
    lost.length > 0 && `labels were changed: ${lost.map(([key]) => key).join(', ')}`,
  )
}

function expiryVerdict({ claim, acts }: Life): Verdict {
  const { creationTimestamp = '', deletionTimestamp } = last(claim)?.metadata ?? {}
  if (deletionTimestamp === undefined || acts.deleted !== undefined)
    return unless(
      goneAtMs(claim) === undefined || acts.deleted !== undefined ? 'it was not deleted by itself' : undefined,
    )
  const lived = Date.parse(deletionTimestamp) - Date.parse(creationTimestamp)
  return unless(
    (lived < EXPIRES_MS - 1_000 || lived > EXPIRES_MS + EXPIRY_SLACK_MS) &&
      `it was deleted after ${seconds(lived)} instead of ${seconds(EXPIRES_MS)}`,
  )
}
