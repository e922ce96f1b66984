import type { KubeObject } from '@kaito/local-cluster'
import type { Evidence } from '../evidence.ts'
import { type Condition, conditionOf } from '../history.ts'
import type { Recorder } from '../recorder.ts'
import type { WireCall } from '../wire.ts'
import type { World } from '../world.ts'
import type { Complain } from './check.ts'
import { isWorking, nodesOf } from './deletions.ts'
import { holdsSecret } from './secrets.ts'

export const QUIET_MS = 5 * 60_000
const MINUTE_MS = 60_000
/** A list of Azure takes two requests: its last page is empty. */
const REQUESTS_PER_LIST = 2

/** Why the world is not at rest yet; empty when it is. I9, I14 and I31 say that it must get there. */
export function unrest(evidence: Evidence): string[] {
  const claims = [...evidence.history.claims.values()]
  const owners = new Set(claims.map(({ metadata }) => metadata.uid))
  const pools = [...evidence.pools().values()]
  const orphans = pools.filter(({ claimUid }) => claimUid !== undefined && !owners.has(claimUid))
  const names = new Set(pools.map(({ name }) => name))
  const nodes = [...evidence.history.nodes.values()].filter(({ metadata: { labels = {} } }) => {
    return labels['kubernetes.azure.com/mode'] === 'user' && !names.has(labels.agentpool ?? '')
  })
  return [
    ...claims.flatMap((claim) => unsettled(evidence, claim)),
    ...pools.filter(({ isLeaving }) => isLeaving).map(({ name }) => `the pool ${name} is being deleted`),
    ...orphans.map(({ name }) => `the pool ${name} serves nobody`),
    ...nodes.map(({ metadata }) => `the Node ${metadata.name} has no machine`),
  ]
}

function unsettled(evidence: Evidence, claim: KubeObject): string[] {
  const { name, uid, deletionTimestamp } = claim.metadata
  if (deletionTimestamp) return [`the claim ${name} is still being deleted`]
  const pool = evidence.pools().get(name)
  const own = pool?.claimUid === uid
  const ready = conditionOf(claim, 'Ready')
  if (ready?.status === 'True') {
    if (!own) return [`the claim ${name} is Ready without a pool`]
    const { providerID } = claim.status as { providerID?: string }
    const serving = nodesOf(evidence, name).filter(isWorking)
    const isServed = serving.some(({ spec }) => (spec as { providerID?: string }).providerID === providerID)
    return isServed && serving.length === 1
      ? []
      : [`the claim ${name} is Ready and has ${serving.length} Nodes that work`]
  }
  if (own) return [`the claim ${name} has a pool and is not Ready: ${ready?.reason} ${ready?.message}`]
  const { conditions = [] } = (claim.status ?? {}) as { conditions?: Condition[] }
  const isOver = conditions.some(({ message = '' }) => /Nothing is launched any more/.test(message))
  return isOver ? [] : [`the claim ${name} has no pool: ${ready?.reason} ${ready?.message}`]
}

/** I15: who has nothing to do asks for little and writes nothing. */
export function quietChecks(calls: readonly WireCall[], complain: Complain): void {
  const writes = calls.filter(({ isWrite, resource }) => isWrite && resource !== 'events')
  for (const { process, side, verb, resource, name } of writes.slice(0, 3))
    complain('I15', `${process} writes at rest: ${side} ${verb} ${resource} ${name}`)
  const minutes = QUIET_MS / MINUTE_MS
  const lists = calls.filter(({ side, verb }) => side === 'arm' && verb === 'list').length / REQUESTS_PER_LIST
  if (lists > minutes / 2 + 1) complain('I15', `${lists} lists of Azure in ${minutes} quiet minutes`)
  const reads = Map.groupBy(
    calls.filter(({ side, verb }) => side === 'kube' && (verb === 'get' || verb === 'list')),
    ({ resource }) => resource,
  )
  for (const [resource, found] of reads)
    if (found.length > minutes + 1) complain('I15', `${found.length} reads of ${resource} in ${minutes} quiet minutes`)
}

/** What is known only when a run is over. */
export function judgeAll({
  world,
  evidence,
  recorder,
}: {
  world: World
  evidence: Evidence
  recorder: Recorder
}): void {
  costChecks(evidence, world, recorder.complain)
  leakChecks(world, recorder.complain)
  for (const bug of world.log.bugs()) recorder.complain('I29', `a process failed in a way that nobody foresaw: ${bug}`)
}

/** I18: nothing bills outside of its claim's life, but for what somebody took out of our hands. */
function costChecks(evidence: Evidence, world: World, complain: Complain): void {
  const { settleMs, periodMs, graceMs } = evidence.settings.garbageCollection
  for (const { pool, from, to } of world.azure.ledger.intervals()) {
    if (evidence.isForeign(pool, Date.parse(from))) continue
    const lives = evidence.lives().filter(({ name }) => name === pool)
    const end = to === undefined ? evidence.now() : Date.parse(to)
    const covered = lives.map((life) =>
      Math.max(0, Math.min(life.to ?? end, end) - Math.max(life.from, Date.parse(from))),
    )
    const openMs = end - Date.parse(from) - covered.reduce((sum, ms) => sum + ms, 0)
    const allowedMs = lives.some(({ uid }) => evidence.user.stripped.has(uid))
      ? settleMs + 2 * periodMs + graceMs + 60 * MINUTE_MS
      : 1_000
    if (openMs > allowedMs)
      complain('I18', `the pool ${pool} billed ${Math.round(openMs / 1000)} s in which no claim of the name existed`)
  }
}

/** I26: nothing that can be read holds a credential. */
function leakChecks(world: World, complain: Complain): void {
  const { claims, nodes, configMaps } = world.history
  for (const object of [...claims.values(), ...nodes.values(), ...configMaps.values()])
    if (holdsSecret(JSON.stringify(object))) complain('I26', `${object.kind} ${object.metadata.name} holds a token`)
  for (const line of world.log.lines()) if (holdsSecret(line)) complain('I26', `a log line holds a token: ${line}`)
}
