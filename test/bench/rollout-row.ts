import { z } from 'zod'
import type { KubeHttp } from '../harness/kube-http.ts'
import { changeAll, noneLeft } from './arrivals.ts'
import { type Bench, withControllers } from './bench.ts'
import type { Engines } from './engines.ts'
import { type Percentiles, percentiles, sum } from './figures.ts'
import { ADAPTED_WORKSPACE, NEW_STRENGTH } from './kinds.ts'
import { eachOf, runLife, writesEach } from './life.ts'
import type { MeasuredController } from './measured-controller.ts'
import { spans } from './moments.ts'
import { type Quiet, quietly, quietWrites } from './quiet.ts'
import { amount, amountsByName, ms, pair, printLines } from './report.ts'

/** What comes before the change is measured elsewhere. */
const AZURE = { 'create-seconds': 1 }
const LONGEST_QUIET_MS = 15_000
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const WRITES_WORKLOAD = / (deployments|statefulsets)$/

interface Rollout {
  changedToWorkload: Percentiles
  allAgainMs: number
  /** For each change, by controller and by name. */
  writes: Record<string, Record<string, number>>
  quiet: Quiet | undefined
}

/** One adapter gets another strength on every Workspace that serves. */
export function rolloutRow(bench: Bench): Promise<void> {
  const { rollout: count, cloudMs } = bench
  return bench.withEngines(async (engines) => {
    let rollout: Rollout | undefined
    await withControllers(bench, engines, {
      use: (controllers) =>
        runLife(engines, controllers, {
          kind: ADAPTED_WORKSPACE,
          count,
          arrival: { kind: 'burst' },
          cloudMs,
          whenReady: async () => {
            rollout = await rollOut(bench, engines, controllers)
          },
        }),
    })
    if (rollout) printRollout(count, rollout)
  }, AZURE)
}

async function rollOut(bench: Bench, engines: Engines, controllers: MeasuredController[]): Promise<Rollout> {
  const { kube } = engines
  const writes = () => eachOf(controllers, (controller) => controller.writes())
  const before = await writes()
  const moments = await engines.momentsFromNow()
  const start = performance.now()
  await changeAll(kube, { kind: ADAPTED_WORKSPACE, count: bench.rollout }, NEW_STRENGTH)
  await allAgain(kube, bench.rollout)
  const allAgainMs = performance.now() - start
  const quietMs = Math.min(bench.quietMs, LONGEST_QUIET_MS)
  return {
    changedToWorkload: percentiles(spans(await moments(), { from: 'workspaceOrdered', to: 'workloadOrdered' })),
    allAgainMs,
    writes: writesEach({ before, after: await writes(), count: bench.rollout }),
    quiet: quietMs > 0 ? await quietly(engines, controllers, quietMs) : undefined,
  }
}

function printRollout(count: number, { changedToWorkload, allAgainMs, writes, quiet }: Rollout): void {
  const own = writes['workspace-controller'] ?? {}
  const ofWorkloads = Object.entries(own).filter(([name]) => WRITES_WORKLOAD.test(name))
  printLines(`${count} Workspaces that serve: one adapter gets another strength, all at once`, [
    { measure: 'Workspace changed → workload changed, p50 / p99', here: pair(changedToWorkload) },
    { measure: 'all changed and ready again', here: ms(allAgainMs) },
    { measure: 'writes to workloads per change', here: amount(sum(Object.fromEntries(ofWorkloads))), goal: '1' },
    ...Object.entries(writes).map(([name, each]) => ({
      measure: `${name}: all its Kubernetes writes per change`,
      here: amountsByName(each),
    })),
    ...(quiet ? [quietWrites(quiet)] : []),
  ])
}

const workspacesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ generation: z.number() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string(), observedGeneration: z.number() })),
      }),
    }),
  ),
})
const deploymentsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ generation: z.number() }),
      spec: z.object({ replicas: z.number() }),
      status: z.object({
        observedGeneration: z.number(),
        replicas: z.number().default(0),
        readyReplicas: z.number().default(0),
        updatedReplicas: z.number().default(0),
      }),
    }),
  ),
})

/** Resolves when the second order of each is what runs, and the Workspace says so. */
function allAgain(kube: KubeHttp, count: number): Promise<void> {
  const { path, readyCondition } = ADAPTED_WORKSPACE
  return noneLeft({
    what: 'Workspaces that are not ready again',
    count,
    async left() {
      const deployments = deploymentsSchema.parse(JSON.parse((await kube.ask(DEPLOYMENTS)).text)).items
      const rolledOut = deployments.filter(({ metadata: { generation }, spec: { replicas }, status }) => {
        const isAll = [status.replicas, status.readyReplicas, status.updatedReplicas].every((one) => one === replicas)
        return generation > 1 && status.observedGeneration === generation && isAll
      })
      const workspaces = workspacesSchema.parse(JSON.parse((await kube.ask(path)).text)).items
      const ready = workspaces.filter(({ metadata: { generation }, status }) =>
        status.conditions.some(
          ({ type, status: value, observedGeneration }) =>
            type === readyCondition && value === 'True' && observedGeneration === generation,
        ),
      )
      return count - Math.min(rolledOut.length, ready.length)
    },
  })
}
