import Table from 'cli-table3'
import type { Packaging } from './packaging.ts'
import type { Run } from './run.ts'

/** The same controller from its sources and from its bundle, when it has nothing to do yet. */
export interface PackagingFigures {
  unbundled: Packaging
  bundled: Packaging
  bundleMB: number
}

interface Figures {
  /** What a bare client needs for the writes before the PUTs of all Workspaces. */
  bareMs: number
  burst: Run
  paced: Run
  /** By controller. */
  packagings: Record<string, PackagingFigures>
  /** Resident MB of a bundle that only loads the libraries, by controller. */
  floors: Record<string, number>
}

/**
 * What users run today, measured on one machine with 2 cores at 300 Workspaces at once: KAITO workspace controller
 * v0.12.0 and gpu-provisioner v0.4.3 against a real control plane and a simulated Azure.
 */
const BASELINE_300 = {
  p50: '21.4 s',
  p99: '42.4 s',
  ready: '13.6',
  writes: { 'workspace-controller': '17.8', 'gpu-provisioner': '11.7' },
  arm: 'PUT 1, status 2, GET 1 to ready',
  quiet: '283',
  memory: { 'workspace-controller': '86 MB', 'gpu-provisioner': '99 MB' },
  gone: '76.6 s',
}

const ms = (value: number) => (value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`)
const mb = (value: number | undefined) => `${Math.round(value ?? Number.NaN)} MB`
const amount = (value: number | undefined) => (value ?? 0).toFixed(2)

/** Prints every figure beside its goal and what users run today. */
export function printReport({ bareMs, burst, paced, packagings, floors }: Figures): void {
  const table = new Table({ head: ['measure', 'here', 'goal', 'today, N = 300'], style: { head: [], border: [] } })
  const { workspaces: n } = burst
  const arm = Object.entries(burst.armCallsPerLife).map(([call, count]) => `${call} ${amount(count)}`)
  table.push(
    [`Workspace created → ARM PUT, paced, p50 / p99`, pair(paced), '50 / 250 ms', '–'],
    [`the same, ${n} at once`, pair(burst), '–', `${BASELINE_300.p50} / ${BASELINE_300.p99}`],
    [
      `that p99 ÷ a bare client's ${ms(bareMs)} for the same writes`,
      (burst.createdToPut.p99 / bareMs).toFixed(2),
      '2',
      '–',
    ],
    [
      `all ready ÷ the cloud's ${ms(burst.cloudMs)}, at once`,
      (burst.allReadyMs / burst.cloudMs).toFixed(2),
      '1.1',
      BASELINE_300.ready,
    ],
    ['all deleted, at once (the cloud: 1 s)', ms(burst.allGoneMs), "the cloud's + 2 s", BASELINE_300.gone],
    [
      'Kubernetes writes per Workspace life, workspace controller',
      amount(burst.writesPerLife['workspace-controller']),
      '10',
      BASELINE_300.writes['workspace-controller'],
    ],
    [
      'Kubernetes writes per Machine life, provisioner',
      amount(burst.writesPerLife['gpu-provisioner']),
      '12',
      BASELINE_300.writes['gpu-provisioner'],
    ],
    ['ARM calls per node life', arm.join(', '), 'PUT 1, DELETE 1, GET ≤ 3', BASELINE_300.arm],
    ['Kubernetes writes in the quiet time', quietWrites(burst), '0', BASELINE_300.quiet],
    ['ARM lists in the quiet time', burst.quiet ? String(burst.quiet.armLists) : 'not measured', '1 in 2 min', '–'],
    ...processRows({ burst, packagings, floors }),
  )
  console.log(
    `${n} Workspaces, one node each; controllers bundled; API server and Azure emulated on this machine, images and models there at once`,
  )
  console.log(table.toString())
}

function processRows({ burst, packagings, floors }: Pick<Figures, 'burst' | 'packagings' | 'floors'>): string[][] {
  return Object.entries(packagings).flatMap(([name, { bundled, unbundled, bundleMB }]) => {
    const memory = `${name}: resident memory (floor: ${mb(floors[name])})`
    const sources = `from its sources: ${ms(unbundled.startMs)}, ${mb(unbundled.residentMB)}`
    return [
      [`${name}: start to leading and synced`, ms(bundled.startMs), '1 s', '–'],
      [memory, mb(burst.residentMB[name]), memoryToday(name), memoryToday(name)],
      [`${name}: idle, bundle of ${bundleMB.toFixed(1)} MB (${sources})`, mb(bundled.residentMB), '–', '–'],
    ]
  })
}

const pair = ({ createdToPut: { p50, p99 } }: Run) => `${ms(p50)} / ${ms(p99)}`

function memoryToday(name: string): string {
  return name === 'gpu-provisioner' ? BASELINE_300.memory[name] : BASELINE_300.memory['workspace-controller']
}

function quietWrites({ quiet }: Run): string {
  if (!quiet) return 'not measured'
  return Object.entries(quiet.writes)
    .map(([name, writes]) => `${name} ${writes}`)
    .join(', ')
}
