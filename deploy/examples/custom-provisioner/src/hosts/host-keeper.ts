import { CLAIM_UID_LABEL } from '@kaito/api'
import {
  ApiError,
  type Cache,
  type Change,
  type Clock,
  type Controller,
  createController,
  type Effects,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
  type Logger,
  type Metrics,
  NODES,
  type Node,
  performInOrder,
  type Reconcile,
} from '@kaito/controller-kit'
import type { Assignment, Assignments } from '../assignments/assignment.ts'
import type { AssignmentStore } from '../assignments/assignment-store.ts'
import { claimPatch, releasePatch, restoredNode } from './node-changes.ts'
import { type HostAction, plan, restorePauseMs } from './plan.ts'

interface HostKeeperOptions {
  client: KubeClient
  nodes: Cache<Node>
  store: AssignmentStore
  /** Name of the provisioner. */
  provisioner: string
  clock: Clock
}

interface ControllerOptions extends HostKeeperOptions {
  random: () => number
  log: Logger
  metrics: Metrics
  /** Calls back whenever an assignment was written. */
  onAssigned: (listener: () => void) => void
}

const ALL = 'hosts'
/** Somebody else may hold a Node, or a change of it may have been missed. */
const LOOK_AGAIN_MS = 60_000

/** Does to Nodes what a launch or a termination asks for, and frees the hosts that are given back. */
export function createHostKeeper(options: ControllerOptions): Controller {
  const { nodes, onAssigned } = options
  let assigned: Assignments | undefined
  const concerns = (change: Change<Node>) =>
    (assigned === undefined || assigned.has(change.object.metadata.name)) && isNews(change)
  return createController({
    ...options,
    name: 'inventory-hosts',
    reconcile: createHostReconciler(options, (assignments) => {
      assigned = assignments
    }),
    watches: [
      {
        untilSynced: (signal) => nodes.untilSynced(signal),
        subscribe: (enqueue) => {
          enqueue(ALL)
          onAssigned(() => enqueue(ALL))
          nodes.onChange((change) => concerns(change) && enqueue(ALL))
        },
      },
    ],
  })
}

/** Kubelets write the status of their Nodes all the time. */
function isNews({ type, object, previous }: Change<Node>): boolean {
  const facts = ({ metadata }: Node) => [metadata.uid, metadata.deletionTimestamp, metadata.labels?.[CLAIM_UID_LABEL]]
  return type === 'deleted' || !previous || String(facts(object)) !== String(facts(previous))
}

/** One pass over all hosts that are not free. A host that fails keeps no other one waiting. */
export function createHostReconciler(
  options: HostKeeperOptions,
  onRead: (assignments: Assignments) => void = () => undefined,
): Reconcile {
  return async function reconcile(_key, { signal, log }) {
    const assignments = await options.store.read(signal)
    onRead(assignments)
    const failures: unknown[] = []
    const pauses: number[] = []
    for (const [host, assignment] of assignments) {
      if (!needsWork(options, host, assignment)) continue
      try {
        const pauseMs = await keep(options, { host, assignment }, { signal, log })
        pauses.push(pauseMs ?? LOOK_AGAIN_MS)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} hosts could not be looked after`)
    return pauses.length > 0 ? { revisitAfterMs: Math.min(...pauses) } : undefined
  }
}

/** A host at rest costs no request. */
function needsWork({ nodes }: HostKeeperOptions, host: string, { claimUid, phase }: Assignment): boolean {
  if (claimUid === undefined) return false
  if (phase !== 'joined') return true
  const node = nodes.get(host)
  return node !== undefined && node.metadata.labels?.[CLAIM_UID_LABEL] === undefined
}

interface Entry {
  host: string
  assignment: Assignment
}

async function keep(
  options: HostKeeperOptions,
  entry: Entry,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<number | undefined> {
  const { host, assignment } = entry
  const node = await options.client.get(NODES, { name: host }, { signal })
  const seen = { assignment, node, now: options.clock.now() }
  await performInOrder(plan(seen), effectsOf(options, entry, signal), log)
  return restorePauseMs(seen)
}

function effectsOf(
  { client, store, provisioner }: HostKeeperOptions,
  { host, assignment }: Entry,
  signal: AbortSignal,
): Effects<HostAction> {
  const key = { name: host }
  const isSame = (stored: Assignment | undefined) =>
    stored?.claimUid === assignment.claimUid &&
    stored?.launch === assignment.launch &&
    stored?.phase === assignment.phase
  const change = (next: Assignment | undefined) =>
    store.change((assignments) => {
      if (isSame(assignments.get(host))) return { [host]: next }
      // What follows in this pass would be done for an assignment that is none any more.
      throw new ApiError({ status: 409, reason: 'Conflict', message: `the assignment of host ${host} has changed` })
    }, signal)
  return {
    noteJoined: ({ before }) => change({ ...assignment, phase: 'joined', before }),
    claimNode: async ({ node }) => {
      await client.mergePatch(NODES, key, claimPatch(node, assignment, provisioner), { signal })
    },
    deleteNode: async ({ node }) => {
      await client.delete(NODES, key, { preconditions: { uid: node.metadata.uid ?? '' }, signal })
    },
    releaseNode: ({ node }) => unless(isNotFound, client.mergePatch(NODES, key, releasePatch(node), { signal })),
    // Its kubelet may have been faster.
    restoreNode: ({ before }) => unless(isAlreadyExists, client.create(NODES, restoredNode(host, before), { signal })),
    free: () => change(undefined),
  }
}

async function unless(isDone: (error: unknown) => boolean, work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isDone(error)) throw error
  }
}
