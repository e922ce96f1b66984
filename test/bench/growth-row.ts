import { bareClientMs } from './bare-client.ts'
import { type Bench, withControllers } from './bench.ts'
import type { Engines } from './engines.ts'
import { type LifeFigures, perLife, sum } from './figures.ts'
import type { ArrivingKind } from './kinds.ts'
import { runLife } from './life.ts'
import { amount, mb, ms, pair, percent, printGrowth, ratio } from './report.ts'

const NAME = 'gpu-provisioner'
const WRITES_GOAL = { Workspace: '–', Machine: '12', NodeClaim: '15' }

/** Claims at once and the provisioner alone: how each figure grows. Every further kind of claim is measured at one count. */
export async function growthRow(bench: Bench): Promise<void> {
  const [first, ...others] = bench.claims
  await growthOf(bench, first, bench.growth)
  const [middle] = bench.growth.toSorted((a, b) => a - b).slice(Math.floor((bench.growth.length - 1) / 2))
  for (const kind of others) await growthOf(bench, kind, middle === undefined ? [] : [middle])
}

interface Grown {
  life: LifeFigures
  bareMs: number
}

function growthOf(bench: Bench, kind: ArrivingKind, counts: number[]): Promise<void> {
  return bench.withEngines(async (engines) => {
    await bareClientMs(engines.kube, kind, Math.max(...counts)) // The first time, the server compiles its own code.
    const grown: Grown[] = []
    for (const count of counts) grown.push(await oneSize(bench, engines, { kind, count }))
    printGrowth(`${kind.kind}s at once, the provisioner alone`, counts, [
      row('created → ARM PUT, p50 / p99', ({ life }) => pair(life.createdToPut)),
      row("that p99 ÷ a bare client's time (goal 2)", ({ life, bareMs }) => ratio(life.createdToPut.p99, bareMs)),
      row("all ready ÷ the cloud's time (goal 1.1)", ({ life }) => ratio(life.allReadyMs, life.cloudMs)),
      row('the emulated API server was busy until then', ({ life }) => percent(life.serverBusy)),
      row("all deleted (goal: the cloud's + 2 s)", ({ life }) => ms(life.allGoneMs)),
      row(`Kubernetes writes per life (goal ${WRITES_GOAL[kind.kind]})`, ({ life }) =>
        amount(sum(life.writesPerLife[NAME])),
      ),
      ...['PUT', 'DELETE', 'GET'].map((call) =>
        row(`ARM ${call} per life (goal ${call === 'GET' ? '≤ 3' : 1})`, ({ life }) =>
          amount(perLife(life.armCalls, life.count)[call]),
        ),
      ),
      row('ARM lists in the whole run', ({ life }) => String(life.armCalls.LIST ?? 0)),
      row('processor time per life', ({ life }) => ms(life.processorMsPerLife[NAME] ?? Number.NaN)),
      row('resident memory', ({ life }) => mb(life.residentMB[NAME])),
    ])
    function row(measure: string, figure: (one: Grown) => string): [string, ...string[]] {
      return [measure, ...grown.map(figure)]
    }
  })
}

async function oneSize(
  bench: Bench,
  engines: Engines,
  { kind, count }: { kind: ArrivingKind; count: number },
): Promise<Grown> {
  const bareMs = await bareClientMs(engines.kube, kind, count)
  const life = await withControllers(bench, engines, {
    names: [NAME],
    use: (controllers) =>
      runLife(engines, controllers, { kind, count, arrival: { kind: 'burst' }, cloudMs: bench.cloudMs }),
  })
  return { life, bareMs }
}
