import { between, type Dice, type FaultKind } from './dice.ts'
import type { Network } from './network.ts'
import type { Stage } from './stage.ts'
import type { World, WorldOptions } from './world.ts'

/** Something that happens at its time, whatever the processes do. */
interface Act {
  atMs: number
  kind: FaultKind | 'claims'
  what: string
  run(): void
}

/** What acts work on. */
type Scene = Stage & { network: Network }

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
/** Faults begin within this time and are over soon after it. */
export const CHAOS_MS = 12 * MINUTE_MS
const SIZES = ['Standard_NC24ads_A100_v4', 'Standard_NC6s_v3', 'Standard_NV36ads_A10_v5']
const NAMES = ['wsa', 'wsb', 'wsc']

/** What the emulated Azure, the machines and the API server are like in this run. */
export function surroundings(
  dice: Dice,
  left: ReadonlySet<FaultKind>,
): Pick<WorldOptions, 'azure' | 'habits' | 'historyLimit' | 'keepsLimits'> {
  const random = dice.of('surroundings')
  const drawn = {
    createSeconds: between(random, 10, 60),
    deleteSeconds: between(random, 5, 30),
    nodeJoinSeconds: between(random, -20, 10),
    readLagSeconds: random.chance(0.4) ? between(random, 1, 8) : 0,
    throttling: random.chance(0.3),
    parallelPoolOperations: random.chance(0.6),
    maxAgentPools: random.chance(0.1) ? 3 : 100,
  }
  const historyLimit = random.chance(0.3) ? 20 : 1_000
  const habits = {
    readyMs: between(random, 1, 20) * SECOND_MS,
    gpusMs: between(random, 1, 30) * SECOND_MS,
    stopMs: between(random, 1, 30) * SECOND_MS,
  }
  const { createSeconds, deleteSeconds } = drawn
  return {
    azure: left.has('azure') ? { createSeconds, deleteSeconds } : drawn,
    habits,
    historyLimit: left.has('watch') ? 1_000 : historyLimit,
    keepsLimits: random.chance(0.7),
  }
}

/** Everything that will happen, in order of time. */
export function drawActs(dice: Dice, scene: Scene, left: ReadonlySet<FaultKind>): Act[] {
  const acts = [
    ...claimActs(dice, scene),
    ...roughActs(dice, scene),
    ...processActs(dice, scene),
    ...networkActs(dice, scene),
    ...azureActs(dice, scene),
  ]
  return acts.filter(({ kind }) => kind === 'claims' || !left.has(kind)).sort((one, other) => one.atMs - other.atMs)
}

function claimActs(dice: Dice, { user }: Scene): Act[] {
  const random = dice.of('claims')
  const names = NAMES.slice(0, between(random, 1, NAMES.length))
  return names.flatMap((name) => {
    const sizes = SIZES.slice(0, between(random, 1, SIZES.length))
    const created = between(random, 1, 5 * MINUTE_MS)
    const acts: Act[] = [
      { atMs: created, kind: 'claims', what: `create ${name}`, run: () => user.createClaim(name, sizes) },
    ]
    if (!random.chance(0.7)) return acts
    // Half of the deletions hit a launch that is under way.
    const deleted =
      created + (random.chance(0.5) ? between(random, 1, 90 * SECOND_MS) : between(random, 1, 6 * MINUTE_MS))
    acts.push({ atMs: deleted, kind: 'claims', what: `delete ${name}`, run: () => user.deleteClaim(name) })
    if (!random.chance(0.6)) return acts
    const again = deleted + between(random, 1, 2 * MINUTE_MS)
    for (let atMs = again; atMs < Math.min(again + 4 * MINUTE_MS, CHAOS_MS); atMs += 20 * SECOND_MS)
      acts.push({ atMs, kind: 'claims', what: `create ${name} again`, run: () => user.createClaim(name, sizes) })
    return acts
  })
}

/** What people do in a hurry. */
function roughActs(dice: Dice, { user }: Scene): Act[] {
  const random = dice.of('user')
  const acts: Act[] = []
  const add = (chance: number, what: string, run: (name: string) => void) => {
    const name = random.pick(NAMES)
    const atMs = between(random, MINUTE_MS, CHAOS_MS)
    if (random.chance(chance)) acts.push({ atMs, kind: 'user', what: `${what} ${name}`, run: () => run(name) })
  }
  for (const _ of [1, 2, 3]) {
    add(0.15, 'strip', user.stripFinalizers)
    add(0.15, 'delete the Node of', user.deleteNode)
    add(0.15, 'delete the pool of', user.deletePool)
    add(0.1, 'lose the machine of', user.evictMachine)
    add(0.15, 'upgrade the image of', user.reimage)
  }
  const name = random.pick(NAMES)
  // Before there is any claim: a name that was a claim's keeps its machines' identities.
  if (random.chance(0.1))
    acts.push({ atMs: 0, kind: 'user', what: `own pool ${name}`, run: () => user.createForeignPool(name) })
  if (random.chance(0.1)) {
    const atMs = between(random, MINUTE_MS, CHAOS_MS)
    acts.push({ atMs, kind: 'user', what: 'stop the cluster', run: () => user.stopCluster(60) })
    acts.push({
      atMs: atMs + between(random, 2, 9) * MINUTE_MS,
      kind: 'user',
      what: 'start it',
      run: user.startCluster,
    })
  }
  return acts
}

function processActs(dice: Dice, { processes, world, evidence }: Scene): Act[] {
  const crash = dice.of('crash')
  const leaders = dice.of('leaders')
  const watch = dice.of('watch')
  const clock = dice.of('clock')
  const acts: Act[] = []
  const at = (random: typeof crash) => between(random, 1, CHAOS_MS)
  for (let left = crash.whole(5); left > 0; left -= 1) {
    const downMs = crash.chance(0.7) ? between(crash, 1, 20 * SECOND_MS) : between(crash, 1, 5 * MINUTE_MS)
    acts.push({ atMs: at(crash), kind: 'crash', what: `crash for ${downMs} ms`, run: () => processes.crash(downMs) })
  }
  for (let left = leaders.whole(3); left > 0; left -= 1) {
    const ms = between(leaders, 1, 5 * MINUTE_MS)
    const isPause = leaders.chance(0.5)
    const run = () => (isPause ? processes.pauseAndReplace(ms) : processes.secondLeader(ms))
    acts.push({ atMs: at(leaders), kind: 'leaders', what: `${isPause ? 'pause' : 'second leader'} for ${ms} ms`, run })
  }
  for (let left = watch.whole(6); left > 0; left -= 1) {
    const ms = between(watch, 1, 3 * MINUTE_MS)
    const resource = watch.pick([evidence.kind.kind.plural, 'nodes'])
    const isBreak = watch.chance(0.4)
    const run = () => {
      for (const { name } of world.living())
        isBreak ? world.weather.breakOff(name) : world.weather.hold(name, resource, ms)
    }
    acts.push({
      atMs: at(watch),
      kind: 'watch',
      what: isBreak ? 'break the watches' : `hold ${resource} for ${ms} ms`,
      run,
    })
  }
  if (clock.chance(0.2)) {
    const ms = between(clock, -20, 20) * SECOND_MS
    const run = () => world.living()[0]?.jumpWallClock(ms)
    acts.push({ atMs: at(clock), kind: 'clock', what: `set the clock of a process by ${ms} ms`, run })
  }
  return acts
}

function networkActs(dice: Dice, { network, evidence, world }: Scene): Act[] {
  return (['api', 'arm'] as const).flatMap((kind) => {
    const random = dice.of(kind)
    const side = kind === 'api' ? 'kube' : 'arm'
    const windows = Array.from({ length: random.whole(4) }, (): Act => {
      const atMs = between(random, 1, CHAOS_MS)
      const ms = random.chance(0.6) ? between(random, 1, 30 * SECOND_MS) : between(random, 1, 5 * MINUTE_MS)
      const rates = random.pick([
        { refuse: 0.3, loseBefore: 0.1, loseAfter: 0.2 },
        { refuse: 0, loseBefore: 0, loseAfter: 0.5 },
        { refuse: 0.9, loseBefore: 0, loseAfter: 0 },
        { refuse: 0, loseBefore: 1, loseAfter: 0 },
      ])
      const run = () => {
        network.set(side, rates)
        evidence.disturbed(world.time.now() + ms)
        world.time.after(ms, () => network.set(side))
      }
      return {
        atMs,
        kind,
        what: `${side} refuses ${rates.refuse}, loses ${rates.loseBefore} and ${rates.loseAfter} for ${ms} ms`,
        run,
      }
    })
    return windows
  })
}

type PoolFault = Parameters<World['azure']['injectPoolFault']>[0]

const POOL_FAULTS: readonly PoolFault[] = [
  { times: 1, create: { code: 'AllocationFailed', afterSeconds: 20 } },
  { times: 1, create: { code: 'QuotaExceeded', afterSeconds: 20 } },
  { times: 1, create: { code: 'VMExtensionProvisioningError', afterSeconds: 40 } },
  { times: 1, create: { code: 'InternalOperationError', afterSeconds: 30, recoversAfterSeconds: 60 } },
  { times: 1, createSeconds: 700 },
  { times: 1, deleteSeconds: 500 },
]
const NODE_FAULTS: readonly PoolFault[] = [
  { times: 1, join: 'never' },
  { times: 1, join: 150 },
  { times: 1, gpus: 0 },
]

function azureActs(dice: Dice, { world }: Scene): Act[] {
  const random = dice.of('azure')
  const nodes = dice.of('nodes')
  const pool = (kind: 'azure' | 'nodes', fault: PoolFault): Act => ({
    atMs: between(kind === 'azure' ? random : nodes, 0, 5 * MINUTE_MS),
    kind,
    what: `next pool: ${JSON.stringify(fault)}`,
    run: () => world.azure.injectPoolFault(fault),
  })
  const acts = [
    ...Array.from({ length: random.whole(3) }, () => pool('azure', random.pick(POOL_FAULTS))),
    ...Array.from({ length: nodes.whole(2) }, () => pool('nodes', nodes.pick(NODE_FAULTS))),
  ]
  if (random.chance(0.3)) {
    const atMs = between(random, 0, 5 * MINUTE_MS)
    const vmSize = SIZES[0] ?? ''
    const run = () => world.azure.configure({ capacities: [{ vmSize, available: 0 }] })
    acts.push({ atMs, kind: 'azure', what: 'no capacity', run })
    const back = () => world.azure.configure({ capacities: [] })
    acts.push({ atMs: atMs + between(random, 1, 6) * MINUTE_MS, kind: 'azure', what: 'capacity again', run: back })
  }
  if (random.chance(0.3)) {
    const atMs = between(random, 0, 5 * MINUTE_MS)
    const refuse = random.chance(0.5) ? 'sync' : 'async'
    const run = () => world.azure.configure({ quotas: { standardNCADSA100v4Family: { limit: 24, refuse } } })
    acts.push({ atMs, kind: 'azure', what: `quota for one (${refuse})`, run })
    const back = () => world.azure.configure({ quotas: {} })
    acts.push({ atMs: atMs + between(random, 1, 6) * MINUTE_MS, kind: 'azure', what: 'quota again', run: back })
  }
  return acts
}
