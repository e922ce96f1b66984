import type { Life } from '../evidence.ts'
import { aboutAnswers, aboutLife, type Item, unseen } from '../item.ts'
import { conditionOf, hasTaint, isTrue, shown } from '../seen-object.ts'
import { asOf, firstWith, goneAtMs, hadCondition, living, wordings } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { INITIALIZED, PASSING_TAINTS, REGISTERED, WATCH_SLACK_MS } from './names.ts'
import { finalizerFault, initializedLabelFault, registrationFault, startupTaintFault } from './node-story.ts'

const OWNER = { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' }
const STEPS = ['MachineLaunched', 'MachineRegistered', 'MachineInitialized']
const GPU = 'nvidia.com/gpu'

const isFalse =
  (type: string, ...reasons: string[]) =>
  (life: Life) => {
    const said = wordings(life.claim, type).filter(({ status }) => status === 'False')
    return said.some(({ reason }) => reasons.includes(reason))
  }

const never = (type: string, reason: string) => (life: Life) =>
  unless(
    !isFalse(type, reason)(life) &&
      `never ${type}=False/${reason}: ${wordings(life.claim, type).map(shown).join(', ')}`,
  )

/** M1 to M25: what is stored, how a launch goes, and when a Node is usable. */
export const MACHINE_NODE_ITEMS: Item[] = [
  aboutAnswers([
    'M1',
    'Machines are of the whole cluster, in one category, with a status',
    'kubectl and clients do not find them',
  ]),
  aboutAnswers([
    'M2',
    'bad amounts are refused, an empty spec is accepted',
    'mistakes are found when a node is missing',
  ]),
  aboutLife(
    'marked',
    ['M3', 'the finalizer is there before the launch', 'a deletion at the wrong moment leaks a machine that bills'],
    (life) => unless(finalizerFault(life)),
  ),
  unseen('M4', 'an ending Machine is not launched', 'needs a deletion between two requests of the backend'),
  aboutLife(
    'plain',
    ['M5', 'a launched Machine has provider ID, capacity and no reason', 'nobody can find the machine behind a claim'],
    launchedVerdict,
  ),
  unseen('M6', 'labels of the user win over those of the cloud', 'needs a cloud whose labels contradict'),
  unseen('M7', 'annotations of the cloud win', 'needs a cloud that sets annotations'),
  aboutLife(
    'impossible',
    ['M8', 'a failed launch is False with a reason', 'users wait without being told why'],
    failureVerdict,
  ),
  aboutLife(
    'unavailable',
    ['M9', 'a Machine that cannot be had is deleted, with an event', 'a scheduler never tries another size'],
    ({ claim, events, acts }) =>
      unless(
        (goneAtMs(claim) === undefined || acts.deleted !== undefined) && 'the Machine stayed',
        !events.some(({ reason }) => reason === 'InsufficientCapacityError') && 'no event InsufficientCapacityError',
      ),
  ),
  unseen('M10', 'a lost status does not launch twice', 'needs a write that fails'),
  unseen('M11', 'a linked Machine takes over an instance', 'needs an instance that nobody has'),
  unseen('M12', 'a linked Machine without instance is deleted', 'needs a hand at the cloud'),
  aboutLife('plain', ['M13', 'a Machine that waits for its Node says so', 'users look for the wrong cause'], (life) =>
    isFalse('MachineRegistered', 'NodeNotFound', 'NotLaunched', 'MachineNotLaunched')(life)
      ? unless(undefined)
      : waitingVerdict(life),
  ),
  unseen('M14', 'two Nodes of one provider ID are an error', 'needs a Node that nobody made'),
  aboutLife(
    'marked',
    [
      'M15',
      'a registered Node has owner, finalizer, labels, annotations and taints',
      'a deletion forgets the Node, or pods land on it',
    ],
    (life) => unless(registrationFault(life, OWNER)),
  ),
  unseen('M16', 'a taint that is there with another value is kept', 'needs a Node that comes with such a taint'),
  aboutLife(
    'plain',
    ['M17', 'a registered Machine names its Node', 'nobody can find the Node of a Machine'],
    ({ claim, node }) => {
      const registered = firstWith(claim, (object) => isTrue(object, 'MachineRegistered'))?.object
      return unless(
        !registered && 'never MachineRegistered=True',
        registered?.status.nodeName !== node[0]?.object.metadata.name && `nodeName "${registered?.status.nodeName}"`,
      )
    },
  ),
  aboutLife('marked', ['M18', 'a startup taint that was taken off stays off', 'a node never becomes usable'], (life) =>
    unless(startupTaintFault(life)),
  ),
  aboutLife(
    'marked',
    ['M19', 'a Node that lost the label of the registered gets it back', 'selectors lose the Node'],
    ({ node, acts }) => {
      const { registeredLabelRemoved: removed } = acts
      if (removed === undefined) return notApplicable('the Node was never registered')
      const after = living(node).filter(({ atMs }) => atMs >= removed)
      return unless(
        !after.some(({ object }) => object.metadata.labels[REGISTERED] === 'true') && 'the label stayed away',
      )
    },
  ),
  aboutLife('marked', ['M20', 'a Node that is not ready is the reason', 'users look for the wrong cause'], (life) =>
    hadCondition(life.node, { type: 'Ready', status: 'False' }) &&
    firstWith(life.node, ({ metadata }) => metadata.labels[REGISTERED] === 'true')
      ? notReadyVerdict(life)
      : notApplicable('its Nodes were ready when they were first seen'),
  ),
  aboutLife(
    'marked',
    ['M21', 'a startup taint is named as the reason', 'users look for the wrong cause'],
    never('MachineInitialized', 'StartupTaintsExist'),
  ),
  aboutLife(
    'plain',
    [
      'M22',
      'no Machine is initialized while a passing taint is there',
      'pods are told to go to a node that refuses them',
    ],
    passingTaintVerdict,
  ),
  aboutLife('marked', ['M23', 'GPUs that are missing are named', 'users look for the wrong cause'], gpuVerdict),
  aboutLife(
    'plain',
    ['M24', 'a request for storage is no obstacle', 'claims of KAITO never become ready'],
    ({ sent, claim }) =>
      sent.spec.resources?.requests.storage
        ? unless(
            firstWith(claim, (object) => isTrue(object, 'MachineInitialized')) === undefined && 'never initialized',
          )
        : notApplicable('only gpu-provisioner takes storage for a disk'),
  ),
  aboutLife(
    'plain',
    [
      'M25',
      'the Node is labelled as initialized first, and Ready has no reason',
      'pods are told to go to a node that is not ready',
    ],
    (life) =>
      unless(
        initializedLabelFault(life, { type: 'MachineInitialized', label: INITIALIZED }),
        wordings(life.claim, 'Ready').some(({ status, reason }) => status === 'True' && reason !== '') &&
          'Ready=True with a reason',
      ),
  ),
]

function launchedVerdict({ claim }: Life): Verdict {
  const launched = firstWith(claim, (object) => isTrue(object, 'MachineLaunched'))?.object
  const ready = firstWith(claim, (object) => isTrue(object, 'Ready'))?.object
  if (!launched || !ready) return unless(`${shown(wordings(claim, 'MachineLaunched').at(-1))} and never Ready`)
  return unless(
    launched.status.providerID === '' && 'MachineLaunched=True without a provider ID',
    conditionOf(launched, 'MachineLaunched')?.reason !== '' && shown(conditionOf(launched, 'MachineLaunched')),
    Object.keys(ready.status.capacity).length === 0 && 'a ready Machine without capacity',
    Object.keys(ready.status.allocatable).length === 0 && 'a ready Machine without allocatable',
  )
}

function failureVerdict({ claim }: Life): Verdict {
  const said = wordings(claim, 'MachineLaunched')
  return unless(
    said.length === 0 && 'no condition MachineLaunched at all',
    ...said.map((condition) => condition.status !== 'False' && shown(condition)),
    said.every(({ reason, message }) => reason === '' || message === '') && 'no reason with a message',
    ...[...STEPS, 'Ready'].map((type) => isEverTrue(claim, type) && `${type}=True`),
  )
}

const isEverTrue = (claim: Life['claim'], type: string) => hadCondition(claim, { type, status: 'True' })

function waitingVerdict({ claim }: Life): Verdict {
  const said = wordings(claim, 'MachineRegistered')
  if (said.every(({ status }) => status === 'True')) return notApplicable('its Node was there before the first status')
  return unless(said.map(shown).join(', '))
}

function notReadyVerdict(life: Life): Verdict {
  const registered = firstWith(life.claim, (object) => isTrue(object, 'MachineRegistered'))
  const unready = living(life.node).some(
    ({ atMs, object }) => registered && atMs > registered.atMs && conditionOf(object, 'Ready')?.status !== 'True',
  )
  if (!unready) return notApplicable('its Node was ready when it was registered')
  return never('MachineInitialized', 'NodeNotReady')(life)
}

function passingTaintVerdict({ claim, node }: Life): Verdict {
  const initialized = firstWith(claim, (object) => isTrue(object, 'MachineInitialized'))
  if (!initialized) return unless('the Machine was never initialized')
  const then = asOf(node, initialized.atMs + WATCH_SLACK_MS)
  const left = PASSING_TAINTS.find((taint) => then && hasTaint(then, taint))
  return unless(left && `${left.key} when the Machine became initialized`)
}

function gpuVerdict(life: Life): Verdict {
  const { sent, acts, claim } = life
  if (!sent.spec.resources?.requests[GPU]) return notApplicable('this run asks for no GPU')
  const after = claim.filter(({ atMs }) => atMs > (acts.startupTaintRemoved ?? Number.POSITIVE_INFINITY))
  const open = wordings(after, 'MachineInitialized').filter(
    ({ status, reason }) => status === 'False' && reason !== 'StartupTaintsExist',
  )
  if (open.length === 0) return notApplicable('its GPUs were there before anything could be said')
  return never('MachineInitialized', 'ResourceNotRegistered')(life)
}
