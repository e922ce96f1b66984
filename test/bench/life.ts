import { type Arrival, allGone, allReady, claimOwners, createAll, deleteAll } from './arrivals.ts'
import type { ArmRequest, Engines } from './engines.ts'
import { difference, type LifeFigures, percentiles, perLife } from './figures.ts'
import type { ArrivingKind } from './kinds.ts'
import type { MeasuredController } from './measured-controller.ts'
import { spans } from './moments.ts'

interface LifeOptions {
  kind: ArrivingKind
  count: number
  arrival: Arrival
  cloudMs: number
  /** Is awaited while all are ready. */
  whenReady?: () => Promise<void>
}

/** One life of many: created, ready, deleted. */
export async function runLife(
  engines: Engines,
  controllers: MeasuredController[],
  options: LifeOptions,
): Promise<LifeFigures> {
  const { kube, azure } = engines
  const { count, cloudMs } = options
  await azure.clearRequests()
  const before = await readings(controllers)
  const serverBefore = await engines.serverMs()
  const moments = await engines.momentsFromNow()
  const createStart = performance.now()
  const createdAt = await createAll(kube, options, options.arrival)
  await allReady(kube, options)
  const allReadyMs = performance.now() - createStart
  const serverBusy = ((await engines.serverMs()) - serverBefore) / allReadyMs
  const owners = await claimOwners(kube, options.kind)
  const toWorkload = spans(await moments(), { from: 'nodeUsable', to: 'workloadOrdered' })
  const delays = putDelays(await azure.requests(), { owners, createdAt })
  await options.whenReady?.()
  const residentMB = await eachOf(controllers, (controller) => controller.residentMB())
  const deleteStart = performance.now()
  await deleteAll(kube, options)
  await allGone(kube, options)
  const allGoneMs = performance.now() - deleteStart
  const after = await readings(controllers)
  const requests = await azure.requests()
  return {
    count,
    cloudMs,
    createdToPut: percentiles(delays),
    usableToWorkload: percentiles(toWorkload),
    allReadyMs,
    serverBusy,
    allGoneMs,
    writesPerLife: writesEach({ before: before.writes, after: after.writes, count }),
    processorMsPerLife: perLife(difference(after.processorMs, before.processorMs), count),
    armCalls: armCalls(requests),
    throttled: requests.filter(({ status }) => status === 429).length,
    residentMB,
  }
}

interface Joined {
  owners: Map<string, string>
  createdAt: Map<string, number>
}

/** From each creation until the PUT of the agent pool for it reached Azure. */
function putDelays(requests: ArmRequest[], { owners, createdAt }: Joined): number[] {
  return requests
    .filter(({ method, status = 0 }) => method === 'PUT' && status < 300)
    .flatMap(({ path, at }) => {
      const created = createdAt.get(owners.get(path.split('/').at(-1) ?? '') ?? '')
      return created === undefined ? [] : [Math.max(0, Date.parse(at) - created)]
    })
}

/** Calls for agent pools by method; a list, however many pages it has, is LIST for each page. */
export function armCalls(requests: ArmRequest[]): Record<string, number> {
  const calls: Record<string, number> = {}
  for (const { method, path } of requests) {
    if (!/\/agentPools(\/|$)/i.test(path)) continue
    const call = path.endsWith('agentPools') ? 'LIST' : method
    calls[call] = (calls[call] ?? 0) + 1
  }
  return calls
}

async function readings(controllers: MeasuredController[]) {
  return {
    writes: await eachOf(controllers, (controller) => controller.writes()),
    processorMs: await eachOf(controllers, (controller) => controller.processorMs()),
  }
}

interface CountedWrites {
  before: Record<string, Record<string, number>>
  after: Record<string, Record<string, number>>
  /** Of what the writes were for. */
  count: number
}

/** Writes for each of so many, by controller and by name. */
export function writesEach({ before, after, count }: CountedWrites): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after).map(([name, writes]) => [name, perLife(difference(writes, before[name] ?? {}), count)]),
  )
}

/** Reads one figure of each controller, by its name. */
export async function eachOf<F>(
  controllers: MeasuredController[],
  read: (controller: MeasuredController) => Promise<F>,
): Promise<Record<string, F>> {
  return Object.fromEntries(
    await Promise.all(controllers.map(async (controller) => [controller.name, await read(controller)] as const)),
  )
}
