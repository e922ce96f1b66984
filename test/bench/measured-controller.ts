import { readFile } from 'node:fs/promises'
import { request } from 'undici'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import type { Controller } from '../harness/cluster-under-test.ts'
import { countsByName } from './figures.ts'

const WRITES = new Set(['create', 'replace', 'update', 'patch', 'delete', 'evict'])
/** Written on a schedule or at best effort; the goals leave them out. */
const APART = new Set(['leases', 'events', 'pods/eviction'])
/** Linux tells processor time in this unit, whatever the kernel's own. */
const CLOCK_TICK_MS = 10

/** One controller, and what it says of itself. */
export interface MeasuredController {
  name: Controller
  /** From the start of its process until it led and its caches were complete. */
  startMs: number
  /** Writes the Kubernetes API has taken so far, as "create machines"; leases, events and evictions apart. */
  writes(): Promise<Record<string, number>>
  residentMB(): Promise<number>
  /** Processor time since the start, in milliseconds; NaN where the system does not tell. */
  processorMs(): Promise<number>
  stop(): Promise<unknown>
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<unknown>
}

interface MeasuredOptions {
  /** Path of the script from the root of the repository, or absolute. */
  script: string
  nodeFlags?: readonly string[]
  env: Record<string, string>
  folder: string
}

export async function startMeasured(
  name: Controller,
  { script, nodeFlags = [], env, folder }: MeasuredOptions,
): Promise<MeasuredController> {
  const start = performance.now()
  // Images have no compile cache.
  const child = new NodeProcess({
    name,
    script,
    nodeFlags,
    env: { NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    logFile: `${folder}/${name}.log`,
  })
  const portSeen = child.line((line) => numberIn(line, 'metricsPort'))
  await child.line((line) => (jsonLine(line)?.msg === 'leading and synced' ? true : undefined))
  const startMs = performance.now() - start
  const metricsPort = await portSeen
  return {
    name,
    startMs,
    async writes() {
      const answer = await request(`http://127.0.0.1:${metricsPort}/metrics`)
      return countsByName(
        await answer.body.text(),
        'kube_requests_total',
        ({ verb = '', resource = '', status = '' }) =>
          WRITES.has(verb) && !APART.has(resource) && status.startsWith('2') ? `${verb} ${resource}` : undefined,
      )
    },
    residentMB: () => residentMB(child.pid),
    processorMs: () => processorMs(child.pid),
    stop: () => child.stop(),
    kill: () => child.kill('SIGKILL'),
  }
}

function numberIn(line: string, key: string): number | undefined {
  const value = jsonLine(line)?.[key]
  return typeof value === 'number' ? value : undefined
}

/** Resident memory of a process, in MB of 10^6 bytes; NaN where the system does not tell. */
export async function residentMB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kiB = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kiB === undefined ? Number.NaN : (Number(kiB) * 1024) / 1e6
}

/**
 * Processor time of a process since its start, in milliseconds; NaN where the system does not tell. The name of the
 * program stands in brackets and may hold anything; user and system time are the 12th and
 * 13th behind it.
 */
export async function processorMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * CLOCK_TICK_MS
}
