import '../require-node-24.ts'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { bundleController } from '../../deploy/images/bundle.ts'
import { type Amounts, type Bench, createBench } from './bench.ts'
import { burstRow } from './burst-row.ts'
import { growthRow } from './growth-row.ts'
import { CLAIM_KINDS } from './kinds.ts'
import { limitsRow } from './limits-row.ts'
import { pacedRow } from './paced-row.ts'
import { rolloutRow } from './rollout-row.ts'
import { startRow } from './start-row.ts'

/** In the order in which they run. */
const ROWS = ['start', 'burst', 'rollout', 'growth', 'limits', 'paced'] as const
type RowName = (typeof ROWS)[number]

const USAGE = `pnpm bench [--rows ${ROWS.join(',')}] [...]
  --rows            only these
  --claims          kinds of claims, the first in full: ${Object.keys(CLAIM_KINDS).join(',')}
  --burst           Workspaces at once, one run for each: 100,300
  --rollout         Workspaces of which each is changed once: 20
  --growth          claims at once, one run for each: 10,100,1000
  --paced           how many arrive one after another: 1000
  --per-second      how fast: 20
  --quiet-seconds   how long nothing is asked for while all are ready: 60; 0 leaves it out
  --create-seconds  what the emulated Azure needs for an agent pool: 10`

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: ROWS.join(',') },
    claims: { type: 'string', default: Object.keys(CLAIM_KINDS).join(',') },
    burst: { type: 'string', default: '100,300' },
    rollout: { type: 'string', default: '20' },
    growth: { type: 'string', default: '10,100,1000' },
    paced: { type: 'string', default: '1000' },
    'per-second': { type: 'string', default: '20' },
    'quiet-seconds': { type: 'string', default: '60' },
    'create-seconds': { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const start = performance.now()
const rows = new Set(values.rows.split(',').map(rowNamed))
console.error('bundling the controllers …')
const bundles = {
  'workspace-controller': await bundleController('workspace-controller'),
  'gpu-provisioner': await bundleController('gpu-provisioner'),
}
await runRows(createBench(amounts(), bundles), rows)
console.log(`took ${Math.round((performance.now() - start) / 1000)} s`)

async function runRows(bench: Bench, wanted: ReadonlySet<RowName>): Promise<void> {
  const unlessLeftOut = async (name: RowName, run: (bench: Bench) => Promise<void>) => {
    if (!wanted.has(name)) return
    const [load = 0] = loadavg()
    console.log(`${name}: load ${load.toFixed(1)} on ${availableParallelism()} processors before it`)
    await run(bench)
  }
  await unlessLeftOut('start', startRow)
  await unlessLeftOut('burst', burstRow)
  await unlessLeftOut('rollout', rolloutRow)
  await unlessLeftOut('growth', growthRow)
  // Azure's limits take minutes in which nothing happens: the paced arrivals are measured meanwhile.
  const ready = Promise.withResolvers<void>()
  const limits = unlessLeftOut('limits', (given) => limitsRow(given, ready.resolve))
  await Promise.race([limits, ready.promise])
  await Promise.all([limits, unlessLeftOut('paced', pacedRow)])
}

function rowNamed(name: string): RowName {
  const row = ROWS.find((known) => known === name)
  if (!row) throw new Error(`no row ${name}; there are ${ROWS.join(', ')}`)
  return row
}

function amounts(): Amounts {
  const [first, ...others] = values.claims.split(',').map((name) => {
    const kind = CLAIM_KINDS[name]
    if (!kind) throw new Error(`no kind of claim ${name}; there are ${Object.keys(CLAIM_KINDS).join(', ')}`)
    return kind
  })
  if (!first) throw new Error('no kind of claim')
  return {
    burst: counts(values.burst),
    growth: counts(values.growth),
    rollout: Number(values.rollout),
    paced: Number(values.paced),
    perSecond: Number(values['per-second']),
    quietMs: Number(values['quiet-seconds']) * 1000,
    createSeconds: Number(values['create-seconds']),
    claims: [first, ...others],
  }
}

function counts(text: string): number[] {
  return text.split(',').map(Number)
}
