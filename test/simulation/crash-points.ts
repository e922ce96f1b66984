import type { KubeObject } from '@kaito/local-cluster'
import { judgeAll, unrest } from './checks/rest.ts'
import type { ClaimKind } from './claim-kind.ts'
import { openStage, type Stage } from './stage.ts'
import type { CrashPlan, Fate, WireCall } from './wire.ts'

/** What people and Azure do, at fixed times. */
export interface Workload {
  name: string
  /** Milliseconds from the beginning, ascending. */
  acts: readonly { atMs: number; run(stage: Stage): void }[]
}

const SECOND_MS = 1_000
const NAME = 'wsa'
const FIRST = 'Standard_NC24ads_A100_v4'
const SECOND = 'Standard_NC6s_v3'
const FIRST_FAMILY = 'standardNCADSA100v4Family'

const create = (...sizes: string[]) => ({ atMs: SECOND_MS, run: ({ user }: Stage) => user.createClaim(NAME, sizes) })
const remove = (atMs: number) => ({ atMs, run: ({ user }: Stage) => user.deleteClaim(NAME) })
const quota = (atMs: number, limit: number) => ({
  atMs,
  run: ({ world }: Stage) => world.azure.configure({ quotas: { [FIRST_FAMILY]: { limit } } }),
})
/** Azure accepts the first size, and finds out later that it has none. */
const soldOut = {
  atMs: 0,
  run: ({ world }: Stage) => world.azure.configure({ capacities: [{ vmSize: FIRST, available: 0 }] }),
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'create', acts: [create(FIRST)] },
  { name: 'delete', acts: [create(FIRST), remove(40 * SECOND_MS)] },
  { name: 'delete while creating', acts: [create(FIRST), remove(4 * SECOND_MS)] },
  { name: 'fallback', acts: [quota(0, 0), create(FIRST, SECOND)] },
  { name: 'fallback after a failed launch', acts: [soldOut, create(FIRST, SECOND)] },
  { name: 'quota granted', acts: [quota(0, 0), create(FIRST), quota(30 * SECOND_MS, 100)] },
]

/** At one write of a process, counted over all of them: before it is sent, once it is applied, once it is answered. */
interface CrashPoint {
  write: number
  when: 'before' | 'applied' | 'answered'
}

/** How one run of a workload ended. */
export interface Ending {
  /** What is left, without times, versions and identities. */
  state: string
  /** Changes asked for by processes, in order; Events are not among them. */
  writes: readonly string[]
  /** Pools that billed, one after the other. */
  billed: number
  violations: readonly string[]
}

const PATIENCE_MS = 30 * 60_000
const STEP_MS = 15_000
/** What is left to be told once the rest is done. */
const AFTERMATH_MS = 30_000

/** Every point at which a process may die, given the writes of the run in which none does. */
export function crashPoints({ writes }: Ending): CrashPoint[] {
  const moments = ['before', 'applied', 'answered'] as const
  return writes.flatMap((_write, index) => moments.map((when) => ({ write: index + 1, when })))
}

/** Plays the workload to its end; the process dies at the point and another starts a second later. */
export async function playWorkload(kind: ClaimKind, workload: Workload, point?: CrashPoint): Promise<Ending> {
  const writes: string[] = []
  const stage = await openStage(kind, {
    azure: { createSeconds: 6, deleteSeconds: 3, nodeJoinSeconds: 2 },
    habits: { readyMs: 2 * SECOND_MS, gpusMs: 3 * SECOND_MS, stopMs: SECOND_MS },
    historyLimit: 1_000,
    random: () => 0.5,
    fateOf: steadily,
    crash: dyingAt(point, writes),
    keepsLimits: false,
  })
  const { world, evidence, recorder, processes } = stage
  for (const { atMs, run } of workload.acts) world.time.after(atMs, () => run(stage))
  processes.start()
  const lastMs = Math.max(...workload.acts.map(({ atMs }) => atMs))
  for (let ms = lastMs + STEP_MS; ms < PATIENCE_MS; ms += STEP_MS) {
    await stage.until(ms)
    if (unrest(evidence).length === 0) break
  }
  await world.time.runUntil(world.time.now() + AFTERMATH_MS, recorder.onStep)
  for (const what of unrest(evidence)) recorder.complain('I14', `not at rest: ${what}`)
  judgeAll(stage)
  const ending = {
    state: endState(stage),
    writes,
    billed: world.azure.ledger.intervals().length,
    violations: recorder.violations(),
  }
  await world.end()
  return ending
}

/** What is wrong with a run, given the one without a crash; empty when nothing is. */
export function crashFaults(ending: Ending, reference: Ending): string[] {
  return [
    ...ending.violations,
    ...(ending.state === reference.state ? [] : [`ends otherwise: ${ending.state}`]),
    ...(ending.billed > reference.billed ? [`bills ${ending.billed} pools, not ${reference.billed}`] : []),
  ]
}

export function crashPointName({ write, when }: CrashPoint, { writes }: Ending): string {
  return `${when === 'before' ? 'before' : `when it is ${when}:`} write ${write}, ${writes[write - 1]}`
}

const steadily = ({ side }: WireCall): Fate => (side === 'kube' ? { outMs: 1, backMs: 1 } : { outMs: 20, backMs: 20 })

function dyingAt(point: CrashPoint | undefined, writes: string[]): CrashPlan {
  return {
    next({ side, verb, resource, name }) {
      if (resource === 'events') return undefined
      writes.push(`${side} ${verb} ${resource} ${name}`)
      return point?.write === writes.length ? point.when : undefined
    },
  }
}

function endState({ evidence }: Stage): string {
  const { claims, nodes, pods } = evidence.history
  const pools = [...evidence.pools().values()].map(({ name, isLeaving }) => ({ name, isLeaving }))
  const state = { claims: lasting(claims), nodes: lasting(nodes), pods: [...pods.values()].length, pools }
  return JSON.stringify(state, null, 1)
}

/** Times, versions, UIDs and the words about them differ from run to run; so do the records of what went wrong. */
function lasting(objects: ReadonlyMap<string, KubeObject>): unknown[] {
  return [...objects.values()].map(({ metadata, spec, status = {} }) => {
    const { name, labels, finalizers, deletionTimestamp } = metadata
    const { conditions = [], ...facts } = status as { conditions?: { type: string; status: string; reason?: string }[] }
    const told = conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason ?? ''}`).sort()
    const isLeaving = deletionTimestamp !== undefined
    return { name, labels: withoutUids(labels), finalizers, isLeaving, spec, facts: withoutUids(facts), told }
  })
}

const UID = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT\d\d[-:]\d\d[-:]\d\dZ/g

function withoutUids(value: unknown): unknown {
  const text = JSON.stringify(value ?? {})
  return JSON.parse(text.replace(UID, 'uid').replace(TIME, 'time'))
}
