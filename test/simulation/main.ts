import '../require-node-24.ts'
import { parseArgs } from 'node:util'
import { CLAIM_KINDS, type ClaimKind } from './claim-kind.ts'
import {
  crashFaults,
  crashPointName,
  crashPoints,
  type Ending,
  playWorkload,
  WORKLOADS,
  type Workload,
} from './crash-points.ts'
import { FAULT_KINDS, type FaultKind } from './dice.ts'
import { runSeed } from './run-seed.ts'
import { runSeeds, type SeedResult } from './seed-workers.ts'

const USAGE = `pnpm simulate [--seed N] [--runs 500] [--minutes M] [--claim machine|nodeclaim] [--log] [--without ${FAULT_KINDS.join(',')}]
  --seed     the first seed; alone, it runs this one and prints everything that happened
  --claim    the kind of claim
  --log      with a seed alone: what the processes logged instead
  --runs     how many seeds
  --minutes  as many as fit into so many minutes instead
  --without  kinds of faults to leave out, to find those that a failure needs`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    without: { type: 'string', default: '' },
    claim: { type: 'string', default: 'machine' },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const without = new Set(values.without.split(',').filter(Boolean).map(faultKind))
const kind = claimKind(values.claim)
const isReplay = values.seed !== undefined && values.runs === undefined && values.minutes === undefined
if (isReplay) process.exit(await replay(Number(values.seed)))
const broken = (await runMany()) + (await dieEverywhere())
process.exit(broken === 0 ? 0 : 1)

async function replay(seed: number): Promise<number> {
  const run = await runSeed(seed, { kind, without })
  console.log((values.log ? run.log : run.lines).join('\n'))
  console.log(run.violations.length === 0 ? 'no rule was broken' : `${run.violations.length} broken rules`)
  return run.violations.length === 0 ? 0 : 1
}

function faultKind(text: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === text)
  if (!kind) throw new Error(`unknown kind of fault ${text}\n${USAGE}`)
  return kind
}

function claimKind(text: string): ClaimKind {
  const known = CLAIM_KINDS[text]
  if (!known) throw new Error(`unknown kind of claim ${text}\n${USAGE}`)
  return known
}

/** The process dies at every write of every workload. */
async function dieEverywhere(): Promise<number> {
  let points = 0
  const failures: string[] = []
  for (const workload of WORKLOADS) {
    const reference = await playWorkload(kind, workload)
    points += crashPoints(reference).length
    failures.push(...(await deaths(workload, reference)))
  }
  for (const failure of failures) console.log(failure)
  console.log(`${points} crash points, ${failures.length} that end otherwise than without a crash`)
  return failures.length
}

async function deaths(workload: Workload, reference: Ending): Promise<string[]> {
  const failures: string[] = []
  for (const point of crashPoints(reference)) {
    const wrong = crashFaults(await playWorkload(kind, workload, point), reference)
    if (wrong.length > 0) failures.push(`${workload.name}, ${crashPointName(point, reference)}: ${wrong.join('; ')}`)
  }
  return failures
}

async function runMany(): Promise<number> {
  const isTimed = values.minutes !== undefined
  const startedAt = performance.now()
  const faults = new Map<string, number>()
  let runs = 0
  let failed = 0
  await runSeeds(
    {
      seed: Number(values.seed ?? 1),
      runs: isTimed ? Number.MAX_SAFE_INTEGER : Number(values.runs ?? 500),
      forMs: isTimed ? Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY,
      claim: values.claim,
      without: [...without],
    },
    (run) => {
      runs += 1
      for (const [fault, times] of run.faults) faults.set(fault, (faults.get(fault) ?? 0) + times)
      if (run.violations.length === 0) return
      failed += 1
      console.log(failureText(run))
    },
  )
  const minutes = (performance.now() - startedAt) / 60_000
  console.log(`${runs} runs, ${Math.round(runs / minutes)} a minute, ${failed} with broken rules`)
  for (const [fault, times] of [...faults].sort()) console.log(`  ${String(times).padStart(8)}  ${fault}`)
  return failed
}

function failureText({ seed, violations }: SeedResult): string {
  const omitted = values.without ? ` --without ${values.without}` : ''
  const claim = values.claim === 'machine' ? '' : ` --claim ${values.claim}`
  return [
    `seed ${seed} breaks:`,
    ...violations.map((what) => `  ${what}`),
    `  pnpm simulate --seed ${seed}${claim}${omitted}`,
  ].join('\n')
}
