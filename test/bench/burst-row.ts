import { bareClientMs } from './bare-client.ts'
import { type Bench, DELETE_SECONDS, withControllers } from './bench.ts'
import type { Engines } from './engines.ts'
import { type LifeFigures, perLife, sum } from './figures.ts'
import { WORKSPACE } from './kinds.ts'
import { runLife } from './life.ts'
import { type Quiet, quietLines, quietly } from './quiet.ts'
import {
  amount,
  amountsByName,
  type Line,
  mb,
  ms,
  pair,
  percent,
  printLines,
  ratio,
  TODAY,
  usableLine,
} from './report.ts'

/** Many Workspaces at once, both controllers; the largest run is left in peace for a while. */
export function burstRow(bench: Bench): Promise<void> {
  return bench.withEngines(async (engines) => {
    const most = Math.max(...bench.burst)
    await bareClientMs(engines.kube, WORKSPACE, most) // The first time, the server compiles its own code.
    const bareMs = new Map<number, number>()
    for (const count of bench.burst) bareMs.set(count, await bareClientMs(engines.kube, WORKSPACE, count))
    for (const count of bench.burst) await oneBurst(bench, engines, { count, bareMs, most })
  })
}

interface Burst {
  count: number
  bareMs: Map<number, number>
  most: number
}

async function oneBurst(bench: Bench, engines: Engines, { count, bareMs, most }: Burst): Promise<void> {
  let quiet: Quiet | undefined
  const isQuiet = count === most && bench.quietMs > 0
  const life = await withControllers(bench, engines, {
    use: (controllers) =>
      runLife(engines, controllers, {
        kind: WORKSPACE,
        count,
        arrival: { kind: 'burst' },
        cloudMs: bench.cloudMs,
        whenReady: async () => {
          if (isQuiet) quiet = await quietly(engines, controllers, bench.quietMs)
        },
      }),
  })
  const lines = [...timeLines(life, bareMs.get(count) ?? Number.NaN), ...costLines(life)]
  printLines(`${count} Workspaces at once`, quiet ? [...lines, ...quietLines(quiet)] : lines)
}

function timeLines(life: LifeFigures, bareMs: number): Line[] {
  const { count, cloudMs, createdToPut, usableToWorkload, allReadyMs, allGoneMs, serverBusy } = life
  return [
    {
      measure: 'Workspace created → ARM PUT, p50 / p99',
      here: pair(createdToPut),
      today: TODAY.createdToPut[count] ?? '–',
    },
    {
      measure: `that p99 ÷ a bare client's ${ms(bareMs)} for the same writes`,
      here: ratio(createdToPut.p99, bareMs),
      goal: '2',
    },
    usableLine(usableToWorkload),
    {
      measure: `all ready ÷ the cloud's ${ms(cloudMs)}`,
      here: ratio(allReadyMs, cloudMs),
      goal: '1.1',
      today: TODAY.allReady[count] ?? '–',
    },
    { measure: 'the emulated API server was busy until then', here: percent(serverBusy) },
    {
      measure: 'all deleted',
      here: ms(allGoneMs),
      goal: `the cloud's ${DELETE_SECONDS} s + 2 s`,
      today: TODAY.allGone[count] ?? '–',
    },
  ]
}

function costLines({ writesPerLife, processorMsPerLife, armCalls: calls, count, residentMB }: LifeFigures): Line[] {
  const goals = { 'workspace-controller': '10', 'gpu-provisioner': '12' }
  return [
    ...(['workspace-controller', 'gpu-provisioner'] as const).flatMap((name) => [
      {
        measure: `${name}: Kubernetes writes per life`,
        here: amount(sum(writesPerLife[name])),
        goal: goals[name],
        today: TODAY.writes[name],
      },
      { measure: `${name}: these writes`, here: amountsByName(writesPerLife[name]) },
      { measure: `${name}: processor time per life`, here: ms(processorMsPerLife[name] ?? Number.NaN) },
      {
        measure: `${name}: resident memory`,
        here: mb(residentMB[name]),
        goal: TODAY.memory[name],
        today: TODAY.memory[name],
      },
    ]),
    {
      measure: 'ARM calls per node life',
      here: amountsByName(perLife(calls, count)),
      goal: 'PUT 1, DELETE 1, GET ≤ 3',
      today: TODAY.arm,
    },
  ]
}
