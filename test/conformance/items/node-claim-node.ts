import type { Life } from '../evidence.ts'
import { aboutLife, type Item, unseen } from '../item.ts'
import { conditionOf, hasTaint, isTrue, type SeenObject, shown } from '../seen-object.ts'
import { asOf, firstWith, hadCondition, last, living, wordings } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { INITIALIZED, PASSING_TAINTS, REGISTERED, UNREGISTERED_TAINT, WATCH_SLACK_MS } from './names.ts'
import { initializedLabelFault, registrationFault, seconds, startupTaintFault } from './node-story.ts'

const OWNER = { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' }
const DO_NOT_SYNC = 'karpenter.sh/do-not-sync-taints'
const GPU = 'nvidia.com/gpu'
/** How soon after the GPUs a claim is ready that listens to its Node instead of looking now and then. */
const AT_ONCE_MS = 10_000
const OPEN_REASONS = [
  'AwaitingReconciliation',
  'NodeNotFound',
  'NodeNotReady',
  'StartupTaintsExist',
  'KnownEphemeralTaintsExist',
  'ResourceNotRegistered',
]

/** N15 to N26: how a Node becomes the claim's, and when it is usable. */
export const NODE_CLAIM_NODE_ITEMS: Item[] = [
  unseen('N14', 'a claim without a Node for 15 minutes is deleted', 'needs a machine that never joins'),
  aboutLife(
    'marked',
    ['N15', 'the taint of the unregistered goes with the registration', 'pods come before the taints of the claim do'],
    unregisteredVerdict,
  ),
  aboutLife(
    'marked',
    [
      'N16',
      'a Node without that taint registers, with one event',
      'operators are not told that pods may come too early',
    ],
    taintMissingVerdict,
  ),
  aboutLife(
    'marked',
    [
      'N17',
      'a registered Node has owner, finalizer, labels, annotations and taints',
      'a deletion forgets the Node, or pods land on it',
    ],
    (life) => unless(registrationFault(life, OWNER)),
  ),
  aboutLife(
    'plain',
    ['N18', 'a Node can ask to keep its own taints', 'taints that a cloud manages are overwritten'],
    unsyncedVerdict,
  ),
  unseen('N19', 'two Nodes of one provider ID are an error', 'needs a Node that nobody made'),
  aboutLife(
    'marked',
    ['N20', 'what a Node lacks is said in the order of its priority', 'users look for the wrong cause'],
    openReasonsVerdict,
  ),
  aboutLife(
    'plain',
    [
      'N21',
      'no claim is initialized while a passing taint is there',
      'pods are told to go to a node that refuses them',
    ],
    passingTaintVerdict,
  ),
  aboutLife(
    'marked',
    ['N22', 'GPUs that appear late make the claim ready at once', 'users pay for minutes in which nothing runs'],
    gpuVerdict,
  ),
  aboutLife(
    'marked',
    ['N23', 'a ready claim says so in the form of Karpenter', 'clients that wait for Ready never see it'],
    readyVerdict,
  ),
  aboutLife(
    'marked',
    ['N24', 'another reason does not move the time of a condition', 'deadlines that run by it never pass'],
    ({ claim }) => timesVerdict(claim.map(({ object }) => object)),
  ),
  aboutLife(
    'marked',
    ['N26', 'claim and Node are labelled with the class', 'a Node of a foreign claim is never emptied before its end'],
    classLabelVerdict,
  ),
  aboutLife(
    'marked',
    ['N41', 'a node of the promised size is found consistent', 'a node that is too small goes unnoticed'],
    ({ claim }) =>
      wordings(claim, 'ConsistentStateFound').length === 0
        ? notApplicable('not written in the time of this run')
        : unless(hadCondition(claim, { type: 'ConsistentStateFound', status: 'False' }) && 'a False one'),
  ),
  aboutLife(
    'marked',
    ['N42', 'a claim knows when a pod last came or went', 'empty nodes are kept or given up at the wrong time'],
    (life) =>
      life.pod.length === 0
        ? notApplicable('no pod ran on the Node')
        : unless(last(life.claim)?.status.lastPodEventTime === '' && 'no status.lastPodEventTime'),
  ),
  aboutLife(
    'marked',
    ['N46', 'a NodePool that does not exist is no obstacle', 'claims of other controllers are not served'],
    ({ claim }) =>
      unless(
        firstWith(claim, (object) => isTrue(object, 'Ready')) === undefined && 'the claim was never Ready',
        ...['Drifted', 'Consolidatable'].map((type) => wordings(claim, type).length > 0 && `a condition ${type}`),
      ),
  ),
]

function unregisteredVerdict({ node }: Life): Verdict {
  if (!node[0]) return unless('there was no Node')
  if (!firstWith(node, (object) => hasTaint(object, UNREGISTERED_TAINT)))
    return notApplicable('its Nodes come without the taint; N16 is about those')
  const without = firstWith(node, (object) => !hasTaint(object, UNREGISTERED_TAINT))
  const early = firstWith(
    node,
    (object) => object.metadata.labels[REGISTERED] === 'true' && hasTaint(object, UNREGISTERED_TAINT),
  )
  return unless(
    !without && 'the taint stayed',
    without?.object.metadata.labels[REGISTERED] !== 'true' && 'the taint went before the label came',
    early && 'the label came before the taint went',
  )
}

function taintMissingVerdict({ node, events }: Life): Verdict {
  if (firstWith(node, (object) => hasTaint(object, UNREGISTERED_TAINT)))
    return notApplicable('its Nodes come with the taint; N15 is about those')
  const told = events.filter(({ reason }) => reason === 'UnregisteredTaintMissing').length
  return unless(told !== 1 && `${told} events UnregisteredTaintMissing`)
}

function unsyncedVerdict({ node, sent }: Life): Verdict {
  const [first] = node
  if (!first) return unless('there was no Node')
  const has = (object: SeenObject) => sent.spec.taints.some((taint) => hasTaint(object, taint))
  if (first.object.metadata.labels[DO_NOT_SYNC] !== 'true')
    return notApplicable('its Nodes come without the labels of the claim')
  if (has(first.object)) return notApplicable('its cloud itself puts the taints of the claim onto the Node')
  return unless(firstWith(node, has) && 'the taint of the claim was added', staysUnregistered(first.object, last(node)))
}

const staysUnregistered = (first: SeenObject, end: SeenObject | undefined) =>
  hasTaint(first, UNREGISTERED_TAINT) &&
  end &&
  hasTaint(end, UNREGISTERED_TAINT) &&
  'the taint of the unregistered stayed'

function openReasonsVerdict(life: Life): Verdict {
  const said = wordings(life.claim, 'Initialized')
  const strange = said.find(({ status, reason }) => status === 'Unknown' && !OPEN_REASONS.includes(reason))
  return unless(
    startupTaintFault(life),
    ...said.map((condition) => condition.status === 'False' && shown(condition)),
    !said.some(({ reason }) => reason === 'StartupTaintsExist') && 'never StartupTaintsExist',
    strange && shown(strange),
  )
}

function passingTaintVerdict({ claim, node }: Life): Verdict {
  const initialized = firstWith(claim, (object) => isTrue(object, 'Initialized'))
  if (!initialized) return unless('the claim was never initialized')
  const then = asOf(node, initialized.atMs + WATCH_SLACK_MS)
  const left = PASSING_TAINTS.find((taint) => then && hasTaint(then, taint))
  return unless(left && `${left.key} when the claim became initialized`)
}

const hasGpu = ({ status }: SeenObject) => Number(status.allocatable[GPU] ?? 0) > 0

function gpuVerdict({ claim, node, sent, acts }: Life): Verdict {
  if (!sent.spec.resources?.requests[GPU]) return notApplicable('this run asks for no GPU')
  const { startupTaintRemoved } = acts
  const shownAtMs = firstWith(node, hasGpu)?.atMs
  if (startupTaintRemoved === undefined || shownAtMs === undefined) return unless('the Node never had a GPU')
  if (shownAtMs < startupTaintRemoved) return notApplicable('its GPUs are there before everything else')
  const initialized = firstWith(claim, (object) => isTrue(object, 'Initialized'))
  if (!initialized) return unless('never initialized')
  const tookMs = initialized.atMs - shownAtMs
  return unless(
    tookMs < -WATCH_SLACK_MS && 'the claim was initialized before its Node had a GPU',
    tookMs > AT_ONCE_MS && `${seconds(tookMs)} passed`,
  )
}

function readyVerdict(life: Life): Verdict {
  const ready = firstWith(life.claim, (object) => isTrue(object, 'Ready'))?.object
  if (!ready) return unless(`never Ready, at last ${shown(wordings(life.claim, 'Ready').at(-1))}`)
  const { conditions } = ready.status
  const condition = conditionOf(ready, 'Ready')
  const old = conditions.find(({ observedGeneration }) => observedGeneration !== ready.metadata.generation)
  return unless(
    (condition?.reason !== 'Ready' || condition.message !== '') && `${shown(condition)} "${condition?.message}"`,
    conditions.at(-1)?.type !== 'Ready' && `${conditions.at(-1)?.type} after Ready`,
    old && `${old.type} of generation ${old.observedGeneration}, not ${ready.metadata.generation}`,
    initializedLabelFault(life, { type: 'Initialized', label: INITIALIZED }),
  )
}

function timesVerdict(objects: readonly SeenObject[]): Verdict {
  const pairs = objects.flatMap((object, index) => {
    const before = objects[index - 1]
    return object.status.conditions.flatMap((now) => {
      const then = before && conditionOf(before, now.type)
      return then && now.type !== 'Ready' ? [{ then, now }] : []
    })
  })
  const reworded = pairs.filter(({ then, now }) => then.status === now.status && then.reason !== now.reason)
  if (reworded.length === 0) return notApplicable('no condition changed its reason alone')
  const moved = pairs.find(
    ({ then, now }) => then.status === now.status && then.lastTransitionTime !== now.lastTransitionTime,
  )
  return unless(moved && `${shown(moved.then)} became ${shown(moved.now)} with another time`)
}

function classLabelVerdict({ claim, node, sent }: Life): Verdict {
  const { nodeClassRef } = sent.spec
  if (!nodeClassRef) return unless('the claim names no class')
  const key = `${nodeClassRef.group}/${nodeClassRef.kind.toLowerCase()}`
  const isThere = ({ object }: { object: SeenObject }) => object.metadata.labels[key] === nodeClassRef.name
  return unless(
    !living(claim).some(isThere) && `the claim never had the label ${key}`,
    !living(node).some(isThere) && `the Node never had the label ${key}`,
  )
}
