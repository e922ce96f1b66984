import type { Life } from '../evidence.ts'
import { aboutLife, type Item, unseen } from '../item.ts'
import { firstWith, goneAtMs, last, living } from '../timeline.ts'
import { notApplicable, unless, type Verdict } from '../verdict.ts'
import { EXCLUDED_FROM_BALANCERS, WATCH_SLACK_MS } from './names.ts'
import { budgetVerdict, criticalVerdict, endingFault } from './node-story.ts'

const STEPS = ['MachineLaunched', 'MachineRegistered', 'MachineInitialized']
/** Conditions of a machine's state; the others carry a severity. */
const TERMINAL = [...STEPS, 'Ready']

/** M26 to M44: how Machines end, and what is about their conditions. */
export const MACHINE_END_ITEMS: Item[] = [
  unseen('M26', 'what follows when a Node becomes unready', 'needs a hand at the kubelet'),
  unseen('M27', 'a Machine without a Node for 15 minutes is deleted', 'needs a machine that never joins'),
  unseen('M28', 'a registered Machine is not deleted so', 'takes longer than 15 minutes'),
  aboutLife(
    'marked',
    ['M29', 'the Node goes first, and the Machine is held until then', 'a machine bills that nobody knows of'],
    (life) => unless(endingFault(life)),
  ),
  aboutLife(
    'impossible',
    ['M30', 'a Machine that never launched goes', 'a mistake cannot be taken back'],
    ({ claim, node }) =>
      unless(goneAtMs(claim) === undefined && 'it was never gone', node.length > 0 && 'there was a Node'),
  ),
  unseen('M31', 'a deletion that the cloud refuses is tried again', 'needs a cloud that refuses'),
  unseen('M32', 'all Nodes of a provider ID are deleted', 'needs a Node that nobody made'),
  aboutLife(
    'plain',
    ['M33', 'a Node that is deleted takes its Machine along', 'a machine bills without a Node'],
    ({ claim, acts }) => {
      if (acts.nodeDeleted === undefined) return notApplicable('there was no Node')
      const ends = last(claim)?.metadata.deletionTimestamp !== undefined
      return unless((!ends || acts.deleted !== undefined) && 'the Machine stayed')
    },
  ),
  aboutLife(
    'marked',
    ['M34', 'an ending Node is cordoned before any pod is evicted', 'new pods come to a node that ends'],
    cordonVerdict,
  ),
  unseen('M35', 'pods that need not go hold up nothing', 'needs pods of every kind'),
  aboutLife(
    'marked',
    ['M36', 'critical pods go last', 'what a node needs for its pods is gone before them'],
    criticalVerdict,
  ),
  aboutLife(
    'marked',
    ['M37', 'a disruption budget holds up a drain, and is told', 'a rollout loses more pods than its owner allows'],
    budgetVerdict,
  ),
  unseen('M38', 'a Node without instance is released', 'needs a hand at the cloud'),
  unseen('M39', 'a Machine without its instance is deleted in two minutes', 'needs a hand at the cloud'),
  unseen('M40', 'a deletion that is stuck for 10 minutes is forced', 'needs a deletion that gets stuck'),
  unseen('M41', 'a Machine that is not ready for 10 minutes is deleted', 'needs a hand at the kubelet'),
  unseen('M42', 'a Node that is too small is an event', 'needs a cloud that gives less than promised'),
  aboutLife(
    'plain',
    ['M43', 'a Machine without a label of KAITO is not launched', 'two provisioners launch a node each'],
    ({ claim }) => unless(firstWith(claim, ({ status }) => status.providerID !== '') && 'it was launched'),
  ),
  aboutLife(
    'marked',
    ['M44', 'conditions are sorted, and those of the state have no severity', 'clients of the time read them wrongly'],
    ({ claim }) => unless(...living(claim).map(({ object }) => conditionsFault(object.status.conditions))),
  ),
]

function cordonVerdict({ node, pod }: Life): Verdict {
  const closed = firstWith(node, ({ spec }) => spec.unschedulable)
  const evicted = firstWith(pod, ({ metadata }) => metadata.deletionTimestamp !== undefined)
  return unless(
    !closed && 'the Node was never cordoned',
    closed &&
      closed.object.metadata.labels[EXCLUDED_FROM_BALANCERS] === undefined &&
      `no label ${EXCLUDED_FROM_BALANCERS}`,
    closed && evicted && evicted.atMs < closed.atMs - WATCH_SLACK_MS && 'a pod was evicted first',
  )
}

function conditionsFault(conditions: { type: string; severity?: string | undefined }[]): string | undefined {
  const types = conditions.map(({ type }) => type)
  if (types.join() !== types.toSorted().join()) return `conditions in the order ${types.join(', ')}`
  const severe = conditions.find(({ type, severity }) => TERMINAL.includes(type) && severity)
  return severe && `${severe.type} with severity ${severe.severity}`
}
