import { setTimeout as pause } from 'node:timers/promises'
import { type Arrival, allGone, allReady, claimOwners, createWorkspaces, deleteWorkspaces } from './arrivals.ts'
import type { ArmRequest, Engines } from './engines.ts'
import { percentile, type RunFigures } from './figures.ts'
import type { MeasuredController } from './measured-controller.ts'

interface RunOptions {
  workspaces: number
  arrival: Arrival
  cloudMs: number
  /** How long nothing is asked for while all are ready; 0 leaves the measure out. */
  quietMs: number
}

export interface Run extends RunFigures {
  quiet: { writes: Record<string, number>; armLists: number } | undefined
  residentMB: Record<string, number>
}

/** One life of many Workspaces: created, ready, left in peace, deleted. */
export async function runLife(engines: Engines, controllers: MeasuredController[], options: RunOptions): Promise<Run> {
  const { kube, azure } = engines
  await azure.clearRequests()
  const writesBefore = await writesOf(controllers)
  const createStart = performance.now()
  const createdAt = await createWorkspaces(kube, options.workspaces, options.arrival)
  await allReady(kube, options.workspaces)
  const allReadyMs = performance.now() - createStart
  const owners = await claimOwners(kube)
  const delays = putDelays(await azure.requests(), { owners, createdAt })
  const quiet = options.quietMs > 0 ? await quietly(engines, controllers, options.quietMs) : undefined
  const residentMB = await eachOf(controllers, (controller) => controller.residentMB())
  const deleteStart = performance.now()
  await deleteWorkspaces(kube, options.workspaces)
  await allGone(kube)
  const allGoneMs = performance.now() - deleteStart
  const writesAfter = await writesOf(controllers)
  return {
    workspaces: options.workspaces,
    cloudMs: options.cloudMs,
    createdToPut: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) },
    allReadyMs,
    allGoneMs,
    writesPerLife: perLife(difference(writesAfter, writesBefore), options.workspaces),
    armCallsPerLife: perLife(armCalls(await azure.requests()), options.workspaces),
    quiet,
    residentMB,
  }
}

interface Joined {
  owners: Map<string, string>
  createdAt: Map<string, number>
}

/** From each Workspace's creation until the PUT of its agent pool reached Azure. */
function putDelays(requests: ArmRequest[], { owners, createdAt }: Joined): number[] {
  return requests
    .filter(({ method, status = 0 }) => method === 'PUT' && status < 300)
    .flatMap(({ path, at }) => {
      const created = createdAt.get(owners.get(path.split('/').at(-1) ?? '') ?? '')
      return created === undefined ? [] : [Math.max(0, Date.parse(at) - created)]
    })
}

function armCalls(requests: ArmRequest[]): Record<string, number> {
  const calls: Record<string, number> = {}
  for (const { method, path } of requests) {
    if (!/\/agentPools(\/|$)/i.test(path)) continue
    const call = path.endsWith('agentPools') ? 'LIST' : method
    calls[call] = (calls[call] ?? 0) + 1
  }
  return calls
}

async function quietly({ azure }: Engines, controllers: MeasuredController[], ms: number) {
  const before = await writesOf(controllers)
  const listsBefore = armCalls(await azure.requests()).LIST ?? 0
  await pause(ms)
  const writes = difference(await writesOf(controllers), before)
  return { writes, armLists: (armCalls(await azure.requests()).LIST ?? 0) - listsBefore }
}

function writesOf(controllers: MeasuredController[]): Promise<Record<string, number>> {
  return eachOf(controllers, (controller) => controller.writes())
}

async function eachOf(
  controllers: MeasuredController[],
  read: (controller: MeasuredController) => Promise<number>,
): Promise<Record<string, number>> {
  return Object.fromEntries(
    await Promise.all(controllers.map(async (controller) => [controller.name, await read(controller)] as const)),
  )
}

function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]))
}

function perLife(totals: Record<string, number>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total / count]))
}
