import { judgeAll, QUIET_MS, quietChecks, unrest } from './checks/rest.ts'
import { type ClaimKind, MACHINE } from './claim-kind.ts'
import { createDice, type FaultKind, fraction } from './dice.ts'
import { createNetwork, type Network } from './network.ts'
import { CHAOS_MS, drawActs, surroundings } from './scenario.ts'
import { openStage, type Stage } from './stage.ts'
import { NO_CRASH } from './wire.ts'

export interface SeedRun {
  seed: number
  /** Number and words of each broken rule. */
  violations: readonly string[]
  /** What happened, in order. */
  lines: readonly string[]
  /** What the processes logged. */
  log: readonly string[]
  /** How often each fault was met. */
  faults: ReadonlyMap<string, number>
}

interface Options {
  kind?: ClaimKind
  /** Kinds of faults to leave out. */
  without?: ReadonlySet<FaultKind>
}

const MINUTE_MS = 60_000
/** From the last fault to rest: three launches that fail one after the other by their deadlines, and back-offs. */
const PATIENCE_MS = 45 * MINUTE_MS
const NONE: ReadonlySet<FaultKind> = new Set()

/** One life of a small cluster, with everything that its seed holds for it. */
export async function runSeed(seed: number, { kind = MACHINE, without = NONE }: Options = {}): Promise<SeedRun> {
  const dice = createDice(seed)
  const faults = new Map<string, number>()
  const count = (fault: string) => void faults.set(fault, (faults.get(fault) ?? 0) + 1)
  const network = createNetwork(dice, count)
  const processDice = dice.of('processes')
  const stage = await openStage(kind, {
    ...surroundings(dice, without),
    random: () => fraction(processDice),
    fateOf: network.fateOf,
    crash: NO_CRASH,
  })
  const { world, evidence, recorder, processes } = stage
  for (const act of drawActs(dice, { ...stage, network }, without)) {
    world.time.after(act.atMs, () => {
      if (act.kind !== 'claims') {
        recorder.say('act', act.what)
        count(act.kind)
        evidence.disturbed()
      }
      act.run()
    })
  }
  processes.start()
  await stage.until(CHAOS_MS + MINUTE_MS)
  calm(stage, network)
  await rest(stage)
  judgeAll(stage)
  await world.end()
  return { seed, violations: recorder.violations(), lines: recorder.lines(), log: world.log.lines(), faults }
}

function calm({ world, user, processes, recorder }: Stage, network: Network): void {
  recorder.say('act', 'no more faults')
  network.set('kube')
  network.set('arm')
  world.weather.calm()
  world.azure.clearPoolFaults()
  world.azure.configure({ quotas: {}, capacities: [], maxAgentPools: 100 })
  processes.calm()
  user.deleteForeignPools()
}

/** I14 and I15: it gets there, it stays there, and then nothing is asked for. */
async function rest({ world, evidence, recorder }: Stage): Promise<void> {
  const pass = (ms: number) => world.time.runUntil(world.time.now() + ms, recorder.onStep)
  const begunAt = world.time.now()
  let left = unrest(evidence)
  while (left.length > 0 && world.time.now() - begunAt < PATIENCE_MS) {
    await pass(MINUTE_MS)
    left = unrest(evidence)
  }
  for (const what of left) recorder.complain('I14', `not at rest after ${PATIENCE_MS / MINUTE_MS} minutes: ${what}`)
  if (left.length > 0) return
  // What is left to be told about the last step.
  await pass(2 * MINUTE_MS)
  recorder.takeCalls()
  await pass(QUIET_MS)
  for (const what of unrest(evidence)) recorder.complain('I14', `at rest, then not any more: ${what}`)
  quietChecks(recorder.takeCalls(), recorder.complain)
}
