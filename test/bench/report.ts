import Table from 'cli-table3'
import type { Percentiles } from './figures.ts'

/** One figure beside its goal and what users run today. */
export interface Line {
  measure: string
  here: string
  goal?: string
  today?: string
}

/**
 * What users run today, measured on one machine with 2 cores at 300 Workspaces at once: KAITO workspace controller
 * v0.12.0 and gpu-provisioner v0.4.3 against a real control plane and a simulated Azure.
 */
export const TODAY = {
  createdToPut: { 100: '6.7 s / 13.4 s', 300: '21.4 s / 42.4 s' } as Record<number, string>,
  allReady: { 100: '6.2', 300: '13.6' } as Record<number, string>,
  allGone: { 100: '9.5 s', 300: '76.6 s' } as Record<number, string>,
  writes: { 'workspace-controller': '17.8', 'gpu-provisioner': '11.7' },
  arm: 'PUT 1, status 2, GET 1 to ready',
  quiet: '283 writes',
  memory: { 'workspace-controller': '86 MB', 'gpu-provisioner': '99 MB' },
}

export const ms = (value: number) => (value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`)
export const percent = (share: number) => `${Math.round(share * 100)} %`
export const mb = (value: number | undefined) => `${Math.round(value ?? Number.NaN)} MB`
export const ratio = (value: number, own: number) => (value / own).toFixed(2)
export const amount = (value: number | undefined) => (value ?? 0).toFixed(2)
export const pair = ({ p50, p99 }: Percentiles) => `${ms(p50)} / ${ms(p99)}`

/** Amounts with their names, but for those that are zero. */
export function amountsByName(amounts: Record<string, number> = {}): string {
  const named = Object.entries(amounts).filter(([, each]) => each !== 0)
  return named.map(([name, each]) => `${name} ${amount(each)}`).join(', ') || 'none'
}

/** One goal wherever Workspaces are served. */
export const usableLine = (usableToWorkload: Percentiles): Line => ({
  measure: 'node usable → workload created, p50 / p99',
  here: pair(usableToWorkload),
  goal: 'p99 250 ms',
})

const COLUMNS = [66, 40, 26, 20]
const PLAIN = { style: { head: [], border: [] }, wordWrap: true }

/** Prints figures beside goals. */
export function printLines(title: string, lines: Line[]): void {
  const table = new Table({ ...PLAIN, head: [title, 'here', 'goal', 'today'], colWidths: COLUMNS })
  for (const { measure, here, goal = '–', today = '–' } of lines) table.push([measure, here, goal, today])
  console.log(table.toString())
}

/** Prints one line per figure with one column per count. */
export function printGrowth(title: string, counts: number[], rows: [measure: string, ...figures: string[]][]): void {
  const table = new Table({ ...PLAIN, head: [title, ...counts.map(String)] })
  table.push(...rows)
  console.log(table.toString())
}
