import type { Life } from '../evidence.ts'
import { aboutAnswers, aboutLife, aboutPool, type Item, unseen } from '../item.ts'
import { conditionOf, hasTaint, isTrue, shown } from '../seen-object.ts'
import { firstWith, goneAtMs, hadCondition, last, living, type Timeline, wordings } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { EXCLUDED_FROM_BALANCERS, WATCH_SLACK_MS } from './names.ts'
import { unlessSoldOut } from './node-claim-launch.ts'
import { budgetVerdict, criticalVerdict, endingFault, seconds } from './node-story.ts'
import { launchTimes, parallelFault } from './parallel-launch.ts'

const TERMINATION_TIME = 'karpenter.sh/nodeclaim-termination-timestamp'
const DISRUPTED = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }
/** What `terminationGracePeriod: 1h` of the marked claim comes to. */
const GRACE_MS = 3_600_000
/** Karpenter's least time for a drain is five seconds, by a timestamp without fractions; the rest is for the watch. */
const LEAST_DRAIN_MS = 3_500
/** How long a claim may take to go that holds no machine. */
const RELEASE_MS = 30_000

/** N25 to N50: how claims end, and what is about several of them. */
export const NODE_CLAIM_END_ITEMS: Item[] = [
  aboutLife(
    'marked',
    [
      'N25',
      'the conditions of an ending claim are current, and Ready stays',
      'dashboards show trouble where there is none',
    ],
    endingConditions,
  ),
  aboutLife(
    'impossible',
    ['N27', 'a claim that never launched goes at once', 'a mistake can hardly be taken back'],
    (life) => unlessSoldOut(life, () => releaseVerdict(life)),
  ),
  aboutLife(
    'marked',
    ['N28', 'the Node goes first, and the claim is held until then', 'a machine bills that nobody knows of'],
    (life) => unless(endingFault(life)),
  ),
  unseen('N29', 'a deletion that the cloud refuses is tried again', 'needs a cloud that refuses'),
  aboutLife(
    'marked',
    ['N30', 'a grace period becomes a time of death on the claim', 'a node outlives what its owner allows'],
    graceVerdict,
  ),
  aboutLife(
    'marked',
    ['N31', 'an ending Node is tainted, not cordoned', 'new pods come to a node that ends'],
    closingVerdict,
  ),
  unseen(
    'N32',
    'a silent Node without instance is released without a drain',
    'needs a hand at the kubelet and at the cloud',
  ),
  aboutLife(
    'marked',
    ['N33', 'critical pods go last', 'what a node needs for its pods is gone before them'],
    criticalVerdict,
  ),
  aboutLife(
    'marked',
    ['N34', 'a disruption budget holds up a drain, and is told', 'a rollout loses more pods than its owner allows'],
    budgetVerdict,
  ),
  aboutLife(
    'marked',
    ['N35', 'a drain takes five seconds at least, and shows', 'pods that are just being bound are cut off'],
    drainVerdict,
  ),
  aboutLife(
    'marked',
    ['N36', 'an attached volume holds up the end', 'data is lost, or a volume cannot move on'],
    volumeVerdict,
  ),
  aboutLife(
    'marked',
    ['N37', 'the claim says that its instance ends before it goes', 'a long end looks like a stuck one'],
    ({ claim }) =>
      unless(!hadCondition(claim, { type: 'InstanceTerminating', status: 'True' }) && 'never InstanceTerminating=True'),
  ),
  unseen('N38', 'a claim without its instance is deleted in two minutes', 'needs a hand at the cloud'),
  unseen('N40', 'a Node that stays unhealthy is replaced', 'needs a hand at the kubelet'),
  unseen('N43', 'an instance without a claim is deleted', 'needs a hand at the cloud'),
  unseen('N44', 'a restart launches nothing twice', 'needs a hand at the process'),
  aboutLife(
    'plain',
    ['N45', 'claims of one time are launched side by side', 'ten nodes take ten times as long'],
    (plain, { lives }) => {
      const { marked } = lives
      return marked ? unless(parallelFault(launchTimes([plain, marked]))) : notApplicable('only one claim was launched')
    },
  ),
  aboutPool(
    ['N47', 'a static NodePool has as many claims as it asks for', 'a fixed number of nodes is not kept'],
    ({ uid, name, claims, readyAtTwo, leftAtOne }) => {
      const owned = living(claims).every(({ object }) =>
        object.metadata.ownerReferences.some((reference) => reference.uid === uid && reference.kind === 'NodePool'),
      )
      return unless(
        !owned && 'a claim without an owner reference to its NodePool',
        living(claims).some(({ object }) => object.metadata.labels['karpenter.sh/nodepool'] !== name) &&
          'a claim without the label karpenter.sh/nodepool',
        readyAtTwo.length !== 2 && `${readyAtTwo.length} claims ready for replicas 2`,
        leftAtOne?.length !== 1 && `${leftAtOne?.length} claims left for replicas 1`,
        leftAtOne?.some((left) => !readyAtTwo.includes(left)) && 'a ready node was given up for a new one',
      )
    },
  ),
  aboutAnswers([
    'N48',
    'a static NodePool stays static, without weight and limits on cpu',
    'a setting is accepted that has no effect',
  ]),
  aboutLife(
    'longName',
    ['N49', 'a name that the cloud cannot take is refused with the rule', 'a claim fails for ever without a reason'],
    ({ claim }) => {
      const failure = wordings(claim, 'Launched').find(({ reason }) => reason !== 'AwaitingReconciliation')
      return unless(
        !failure && 'no reason at all',
        failure?.status !== 'Unknown' && shown(failure),
        !failure?.message.includes('[a-z]') && `"${failure?.message}"`,
      )
    },
  ),
  unseen('N50', 'what is asked of Azure is as documented', 'needs an Azure that shows its requests'),
]

const ending = (claim: Timeline): Timeline =>
  living(claim).filter(({ object }) => object.metadata.deletionTimestamp !== undefined)

function endingConditions({ claim }: Life): Verdict {
  const end = ending(claim).at(-1)?.object
  if (!end) return unless('the claim was never seen ending')
  const { generation } = end.metadata
  const old = end.status.conditions.find(({ observedGeneration }) => observedGeneration !== generation)
  return unless(
    old && `${old.type} of generation ${old.observedGeneration}, not ${generation}, at last`,
    !isTrue(end, 'Ready') && shown(conditionOf(end, 'Ready')),
  )
}

function releaseVerdict({ claim, node }: Life): Verdict {
  const { deletionTimestamp } = last(claim)?.metadata ?? {}
  const gone = goneAtMs(claim)
  if (deletionTimestamp === undefined || gone === undefined) return unless(gone === undefined && 'it was never gone')
  const tookMs = gone - Date.parse(deletionTimestamp)
  return unless(
    node.length > 0 && 'there was a Node',
    tookMs > RELEASE_MS && `it took ${seconds(tookMs)} to go, without a machine`,
  )
}

function graceVerdict({ claim, events }: Life): Verdict {
  const end = ending(claim).at(-1)?.object.metadata
  const until = end?.annotations[TERMINATION_TIME]
  const wanted = Date.parse(end?.deletionTimestamp ?? '') + GRACE_MS
  return unless(
    until === undefined && `no annotation ${TERMINATION_TIME}`,
    Date.parse(until ?? '') !== wanted && `${until} instead of ${new Date(wanted).toISOString()}`,
    !events.some(({ reason }) => reason === 'TerminationGracePeriodExpiring') &&
      'no event TerminationGracePeriodExpiring',
  )
}

function closingVerdict({ node }: Life): Verdict {
  const closed = firstWith(node, (object) => hasTaint(object, DISRUPTED))
  return unless(
    !closed && `no taint ${DISRUPTED.key}`,
    closed &&
      closed.object.metadata.labels[EXCLUDED_FROM_BALANCERS] === undefined &&
      `no label ${EXCLUDED_FROM_BALANCERS}`,
    firstWith(node, ({ spec }) => spec.unschedulable) && 'the Node was cordoned',
  )
}

const firstDrained = (claim: Timeline, status: string) =>
  firstWith(claim, (object) => conditionOf(object, 'Drained')?.status === status)

function drainVerdict({ claim }: Life): Verdict {
  const [begun, done] = [firstDrained(claim, 'Unknown'), firstDrained(claim, 'True')]
  if (!done) return unless(`at last ${shown(wordings(claim, 'Drained').at(-1))}`)
  if (!begun) return unless('Drained=True at once')
  const tookMs = done.atMs - begun.atMs
  return unless(tookMs < LEAST_DRAIN_MS && `Drained=True after ${seconds(tookMs)}`)
}

function volumeVerdict({ claim, node, acts }: Life): Verdict {
  if (acts.volumeAttached === undefined) return notApplicable('no volume could be attached')
  const waited = hadCondition(claim, { type: 'VolumesDetached', status: 'Unknown', reason: 'AwaitingVolumeDetachment' })
  const nodeGone = goneAtMs(node)
  return unless(
    !waited && 'never VolumesDetached=Unknown/AwaitingVolumeDetachment',
    nodeGone !== undefined && nodeGone < (acts.volumeDetached ?? 0) - WATCH_SLACK_MS && 'the Node went with its volume',
    !hadCondition(claim, { type: 'VolumesDetached', status: 'True' }) && 'never VolumesDetached=True',
  )
}
