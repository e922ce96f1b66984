import { CloudError, type CloudProvider, type Instance } from '@kaito/cloud-provider'
import {
  type Cache,
  type Clock,
  type KubeClient,
  type Logger,
  NODES,
  type Node,
  type Reconcile,
} from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ClassSource } from '../class/class-source.ts'
import { createToldOnce } from '../consistency/told-once.ts'
import type { DeletionGuard } from '../garbage-collection/deletion-guard.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import type { TellEvent } from '../lifecycle/dependencies.ts'
import { isLeaving } from '../node/node-facts.ts'
import type { ClaimHealth } from './claim-health.ts'
import { type Diagnosis, type HealthReport, type HealthRules, type Histories, type Patient, plan } from './plan.ts'
import { repairAfterMs } from './repair-policy.ts'
import { symptoms } from './symptoms.ts'

export interface HealthDependencies {
  /** The kinds that are served. */
  kinds: readonly ClaimHealth[]
  client: KubeClient
  /** Needs the indexes of `nodeIndexes`. */
  nodes: Cache<Node>
  cloud: CloudProvider
  instances: InstanceList
  classes: Pick<ClassSource, 'find'>
  guard: DeletionGuard
  tell: TellEvent
  clock: Clock
}

interface Context {
  signal: AbortSignal
  log: Logger
}

const PERIOD_MS = 30_000
const BLOCKED_AGAIN_MS = 15 * 60_000
const RULES: HealthRules = { settleMs: 5 * 60_000, leastRepairMs: 60 * 60_000, unhealthyShare: 0.2 }

/** Looks at the Nodes of all claims; costs no call while they are healthy. */
export function createHealthReconciler(options: HealthDependencies): Reconcile {
  const { guard, clock } = options
  const told = createToldOnce(clock, BLOCKED_AGAIN_MS)
  const repaired = new Set<string>()
  let histories: Histories = new Map()

  return async function reconcile(_key, { signal, log }) {
    const claims = options.kinds.flatMap((kind) => kind.cached().map((claim) => ({ kind: kind.owner.kind, claim })))
    const patients = claims.flatMap(({ kind, claim }) => patientOf(options, kind, claim) ?? [])
    const mayNeedRepair = patients.some(({ repairAfterMs, claim }) => repairAfterMs && histories.get(claim.uid)?.reason)
    await guard.check(mayNeedRepair, signal)
    const repairing = claims.filter(({ claim }) => isBeingRepaired(claim, repaired)).length
    const ward = { monotonic: clock.monotonic(), patients, mayRepair: guard.allows(), repairing }
    const diagnosis = plan(ward, histories, RULES)
    histories = diagnosis.histories
    for (const report of diagnosis.reports) await tellReport(options, report, signal)
    tellBlocked(options, diagnosis, (uid, why) => told.isNews(uid, why))
    const { repair } = diagnosis
    if (repair && (await isConfirmed(options, repair, { signal, log }))) {
      await carryOut(options, repair, { signal, log })
      repaired.add(repair.claim.uid)
    }
    return { revisitAfterMs: PERIOD_MS }
  }
}

/** Also one that an earlier process has begun. */
function isBeingRepaired({ uid, deletedAt, nodeHealthy }: Claim, repaired: ReadonlySet<string>): boolean {
  return repaired.has(uid) || (deletedAt !== undefined && nodeHealthy?.met === false)
}

function patientOf({ nodes, instances, classes }: HealthDependencies, kind: string, claim: Claim): Patient | undefined {
  const { deletedAt, held, steps, providerID, nodeHealthy } = claim
  if (deletedAt !== undefined || !held || !steps.initialized?.met || providerID === undefined) return undefined
  const staying = nodes.byIndex('providerID', providerID).filter((node) => !isLeaving(node))
  const sighting = instances.find(claim)
  return {
    kind,
    claim,
    node: staying.length === 1 ? staying[0] : undefined,
    isAtRest: sighting.known && sighting.instance?.state === 'Running',
    repairAfterMs: repairAfterMs(claim, classes),
    told: nodeHealthy && { healthy: nodeHealthy.met, reason: nodeHealthy.reason },
  }
}

function portOf({ kinds }: HealthDependencies, { kind }: Patient): ClaimHealth {
  const port = kinds.find(({ owner }) => owner.kind === kind)
  if (!port) throw new Error(`no kind of claim is called ${kind}`)
  return port
}

async function tellReport(
  options: HealthDependencies,
  { patient, healthy, reason, message }: HealthReport,
  signal: AbortSignal,
): Promise<void> {
  const { name } = patient.claim
  await portOf(options, patient).write(
    name,
    healthy ? { met: true, message } : { met: false, reason, message, final: true },
    signal,
  )
  if (healthy) tellOf(options, patient, { type: 'Normal', reason: 'NodeRecovered', message })
  else tellOf(options, patient, { type: 'Warning', reason: 'NodeUnhealthy', message })
}

function tellBlocked(
  options: HealthDependencies,
  { blocked }: Diagnosis,
  isNews: (uid: string, why: string) => boolean,
): void {
  for (const { patient, why } of blocked) {
    if (!isNews(patient.claim.uid, why)) continue
    tellOf(options, patient, {
      type: 'Warning',
      reason: 'NodeRepairBlocked',
      message: `the node is not repaired: ${why}`,
    })
  }
}

function tellOf(options: HealthDependencies, patient: Patient, event: Parameters<TellEvent>[1]): void {
  const { name, uid } = patient.claim
  options.tell({ ...portOf(options, patient).owner, metadata: { name, uid } }, event)
}

/** Claim, instance and Node are read from where they are kept, right before the deletion. */
async function isConfirmed(options: HealthDependencies, patient: Patient, context: Context): Promise<boolean> {
  const { client } = options
  const { signal } = context
  const { name, uid } = patient.claim
  const claim = await portOf(options, patient).get(name, signal)
  if (!claim || claim.uid !== uid || claim.deletedAt !== undefined) return false
  const instance = await instanceNow(options, claim, context)
  if (instance?.claimUid !== uid || instance.state !== 'Running') return false
  const fieldSelector = `metadata.name=${patient.node?.metadata.name}`
  const [node] = await client.list(NODES, { fieldSelector, signal })
  return node !== undefined && node.metadata.uid === patient.node?.metadata.uid && symptoms(claim, node).length > 0
}

/** A cloud that does not answer confirms nothing; the next pass asks again. */
async function instanceNow(
  { cloud }: HealthDependencies,
  { name, instanceName }: Claim,
  { signal, log }: Context,
): Promise<Instance | undefined> {
  try {
    return await cloud.get(instanceName, { signal })
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    log.warn({ claim: name, err: error }, 'the cloud refused, no node is repaired now')
    return undefined
  }
}

async function carryOut(options: HealthDependencies, patient: Patient, { signal, log }: Context): Promise<void> {
  const { claim, kind, node } = patient
  log.warn({ kind, claim: claim.name, node: node?.metadata.name }, 'deleting the claim of a node that stays unhealthy')
  await portOf(options, patient).end(claim, signal)
  const message = 'The node stayed unhealthy. The claim is deleted, so that whoever owns it can replace it'
  tellOf(options, patient, { type: 'Warning', reason: 'NodeRepair', message })
}
