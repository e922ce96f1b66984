import { FAILED_LAUNCHES_ANNOTATION, TERMINATION_FINALIZER } from '@kaito/api'
import type { KubeObject } from '@kaito/local-cluster'
import { NODES } from '../../../packages/controller-kit/src/index.ts'
import type { Evidence } from '../evidence.ts'
import { conditionOf } from '../history.ts'
import { nodeOf } from '../node-simulator.ts'
import type { PoolFacts } from '../pool-record.ts'
import type { WireCall } from '../wire.ts'
import type { Check, Complain } from './check.ts'

/** Pods that are so long past their end may be left behind. */
const STUCK_MS = 60_000
/** A Node that has just joined may be overlooked by a deletion that is on its way. */
const JOINED_LATELY_MS = 60_000
/** Kubernetes dates to the second. */
const TIMESTAMP_MS = 1_000

/** What must hold whenever something is taken away. */
export function deletionChecks(evidence: Evidence, complain: Complain): Check {
  const { plural } = evidence.kind.kind
  return {
    onArrival(call) {
      const { side, verb, resource } = call
      if (side === 'arm' && verb === 'delete') conditional(evidence, call, complain)
      if (side !== 'kube') return
      if (verb === 'delete') preconditioned(call, complain)
      if (verb === 'delete' && resource === plural) claimDeletion(evidence, call, complain)
      if (verb === 'delete' && resource === NODES.plural) nodeDeletion(evidence, call, complain)
      if (resource === 'pods/eviction') eviction(evidence, call, complain)
    },
    onAnswer(call, { status }) {
      const { side, verb, resource } = call
      if (side === 'arm' && verb === 'delete' && status < 300) poolDeletion(evidence, call, complain)
      if (side === 'kube' && verb === 'patch' && resource === plural && status === 200)
        release(evidence, call, complain)
    },
  }
}

/** I21: a deletion names the very object. */
function preconditioned({ process, resource, name, body = '{}' }: WireCall, complain: Complain): void {
  const { preconditions } = JSON.parse(body) as { preconditions?: { uid?: string } }
  if (!preconditions?.uid) complain('I21', `${process} deletes ${resource} ${name} without naming its UID`)
}

/** I20: what has changed since it was read stays. */
function conditional(evidence: Evidence, { process, name = '', headers }: WireCall, complain: Complain): void {
  const isConditional = headers['if-match'] !== undefined || !evidence.pools().has(name)
  if (!isConditional) complain('I20', `${process} deletes ${name} whatever it is by now`)
}

/** I3, I24 and, for pools in use, I8: judged once Azure has accepted it. */
function poolDeletion(evidence: Evidence, call: WireCall, complain: Complain): void {
  const { process, name = '' } = call
  const pool = evidence.pools().get(name)
  if (pool && pool.claimUid === undefined) complain('I3', `${process} deletes the pool ${name}, which is not ours`)
  if (!pool || pool.claimUid === undefined) return
  const read = evidence.lastRead(process, name)
  if (read) wanted(read.object, { call, pool }, complain)
  else complain('I24', `${process} deletes the pool ${name} without reading its claim first`)
  if (!claimOf(evidence, pool.claimUid)) return
  for (const node of nodesOf(evidence, name)) drained(evidence, { call, node }, complain)
}

/** I3: the claim is gone, or going, or its launch is on record as failed. */
function wanted(
  claim: KubeObject | undefined,
  { call, pool }: { call: WireCall; pool: PoolFacts },
  complain: Complain,
): void {
  if (claim?.metadata.uid !== pool.claimUid || claim?.metadata.deletionTimestamp) return
  if (claim && !isRecordedAsFailed(claim, pool))
    complain('I3', `${call.process} deletes the pool ${pool.name}, whose claim lives and has not failed`)
}

function isRecordedAsFailed(claim: KubeObject, pool: PoolFacts): boolean {
  const record = claim.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]
  const { last = 0 } = record === undefined ? {} : (JSON.parse(record) as { last?: number })
  return pool.launch !== undefined && pool.launch <= last
}

/** I8: closed and empty, or out of time. */
function drained(evidence: Evidence, { call, node }: { call: WireCall; node: KubeObject }, complain: Complain): void {
  const { name, deletionTimestamp, creationTimestamp = '' } = node.metadata
  const now = evidence.now()
  const isNew = now - Date.parse(creationTimestamp) < JOINED_LATELY_MS
  const isClosed = deletionTimestamp !== undefined || (node.spec as { unschedulable?: boolean }).unschedulable
  if (!isClosed && !isNew) complain('I8', `${call.process} deletes the pool ${call.name} while Node ${name} is open`)
  const isReady = conditionOf(node, 'Ready')?.status === 'True'
  const { drainDeadlineMs, unreachableDrainDeadlineMs } = evidence.settings
  const limitMs = isReady ? drainDeadlineMs : Math.min(drainDeadlineMs, unreachableDrainDeadlineMs)
  const isOver = deletionTimestamp !== undefined && now - Date.parse(deletionTimestamp) >= limitMs - TIMESTAMP_MS
  const pods = [...evidence.history.pods.values()].filter((pod) => nodeOf(pod) === name)
  const waiting = pods.filter(
    ({ metadata }) => !metadata.deletionTimestamp || now - Date.parse(metadata.deletionTimestamp) < STUCK_MS,
  )
  if (waiting.length > 0 && !isOver)
    complain('I8', `${call.process} deletes the pool ${call.name} while pods run on ${name}`)
}

/** I11, I24: only a claim whose instance is gone, or which has no Node any more, is deleted by us. */
function claimDeletion(evidence: Evidence, { process, name = '' }: WireCall, complain: Complain): void {
  if (!evidence.lastRead(process, name))
    complain('I24', `${process} deletes the claim ${name} without reading it first`)
  const claim = evidence.history.claims.get(name)
  const pool = evidence.pools().get(name)
  if (!claim || claim.metadata.deletionTimestamp || pool?.claimUid !== claim.metadata.uid) return
  const working = nodesOf(evidence, name).filter(isWorking)
  if (working.length > 0) complain('I11', `${process} deletes the claim ${name} although its Node works`)
}

/** I11: the Node of a living claim goes only if somebody deleted it, or its launch has failed. */
function nodeDeletion(evidence: Evidence, { process, name = '' }: WireCall, complain: Complain): void {
  const node = evidence.history.nodes.get(name)
  if (node && isWorking(node)) serving(evidence, { process, node, what: `deletes the Node ${name}` }, complain)
}

/** I11: nobody's pods are evicted from a Node that stays. */
function eviction(evidence: Evidence, { process, name = '' }: WireCall, complain: Complain): void {
  const pod = evidence.history.pods.get(name)
  const node = evidence.history.nodes.get(pod ? nodeOf(pod) : '')
  if (node && isWorking(node)) serving(evidence, { process, node, what: `evicts the pod ${name}` }, complain)
}

function serving(
  evidence: Evidence,
  { process, node, what }: { process: string; node: KubeObject; what: string },
  complain: Complain,
): void {
  const pool = evidence.pools().get(node.metadata.labels?.agentpool ?? '')
  const claim = pool?.claimUid === undefined ? undefined : claimOf(evidence, pool.claimUid)
  if (!pool || !claim || claim.metadata.deletionTimestamp || isRecordedAsFailed(claim, pool)) return
  complain('I11', `${process} ${what}, whose claim ${claim.metadata.name} lives`)
}

/** I5: the last finalizer goes only when Azure has no pool of the claim any more. */
function release(evidence: Evidence, { process, name = '', body = '{}' }: WireCall, complain: Complain): void {
  const { metadata } = JSON.parse(body) as { metadata?: { finalizers?: string[] } }
  if (!metadata?.finalizers || metadata.finalizers.includes(TERMINATION_FINALIZER)) return
  const life = evidence.lives().findLast((one) => one.name === name)
  const pool = evidence.pools().get(name)
  if (pool && pool.claimUid === life?.uid) complain('I5', `${process} lets the claim ${name} go while its pool exists`)
}

/** Its machine runs, and nobody takes it away. */
export const isWorking = (node: KubeObject) =>
  node.metadata.deletionTimestamp === undefined && conditionOf(node, 'Ready')?.status === 'True'

export function nodesOf({ history }: Evidence, pool: string): KubeObject[] {
  return [...history.nodes.values()].filter(({ metadata }) => metadata.labels?.agentpool === pool)
}

function claimOf({ history }: Evidence, uid: string): KubeObject | undefined {
  return [...history.claims.values()].find(({ metadata }) => metadata.uid === uid)
}
