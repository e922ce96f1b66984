import { bareClientMs } from './bare-client.ts'
import { type Bench, withControllers } from './bench.ts'
import type { Engines } from './engines.ts'
import { type ArrivingKind, WORKSPACE } from './kinds.ts'
import { runLife } from './life.ts'
import { type Line, mb, pair, percent, printLines, usableLine } from './report.ts'

/** Arrivals one after another: Workspaces with both controllers, then claims with the provisioner alone. */
export async function pacedRow(bench: Bench): Promise<void> {
  const lines: Line[] = []
  for (const kind of [WORKSPACE, bench.claims[0]]) {
    lines.push(...(await bench.withEngines((engines) => pacedLines(bench, engines, kind))))
  }
  printLines(`${bench.paced} arrivals, ${bench.perSecond} per second`, lines)
}

async function pacedLines(bench: Bench, engines: Engines, kind: ArrivingKind): Promise<Line[]> {
  await bareClientMs(engines.kube, kind, bench.paced) // The first time, the server compiles its own code.
  const { createdToPut, usableToWorkload, serverBusy, residentMB } = await withControllers(bench, engines, {
    ...(kind !== WORKSPACE && { names: ['gpu-provisioner'] }),
    use: (controllers) =>
      runLife(engines, controllers, {
        kind,
        count: bench.paced,
        arrival: { kind: 'paced', perSecond: bench.perSecond },
        cloudMs: bench.cloudMs,
      }),
  })
  return [
    { measure: `${kind.kind} created → ARM PUT, p50 / p99`, here: pair(createdToPut), goal: '50 / 250 ms' },
    ...(kind === WORKSPACE ? [usableLine(usableToWorkload)] : []),
    { measure: 'the emulated API server was busy until all were ready', here: percent(serverBusy) },
    ...Object.entries(residentMB).map(([name, resident]) => ({
      measure: `${name}: resident memory with all of them`,
      here: mb(resident),
      ...(name === 'workspace-controller' && { goal: '100 MB' }),
    })),
  ]
}
