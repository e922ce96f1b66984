import { type Bench, DELETE_SECONDS, withControllers } from './bench.ts'
import { bucketMs, type LifeFigures } from './figures.ts'
import { runLife } from './life.ts'
import { amount, type Line, ms, printLines, ratio } from './report.ts'

/** A cluster has 100 agent pools; some are taken. */
const COUNT = 95
/** Resource Manager counts PUTs per principal, AKS counts everything but PUTs of agent pools together. */
const AZURE = { writes: { burst: 200, perSecond: 10 }, agentPools: { burst: 60, perSecond: 1 } }
/** A deletion and the read that justifies it. */
const CALLS_PER_DELETION = 2
/** One list proves the absence of all. */
const LAST_LIST = 1

/**
 * Claims at once under Azure's documented limits on both sides: the emulator refuses what exceeds them, and the provisioner
 * keeps to them. `onReady` is called when only the limits are waited for.
 */
export function limitsRow(bench: Bench, onReady: () => void): Promise<void> {
  const { cloudMs, claims } = bench
  const life = (engines: Parameters<Parameters<Bench['withEngines']>[0]>[0]) =>
    withControllers(bench, engines, {
      names: ['gpu-provisioner'],
      limits: true,
      use: (controllers) =>
        runLife(engines, controllers, {
          kind: claims[0],
          count: COUNT,
          arrival: { kind: 'burst' },
          cloudMs,
          whenReady: async () => onReady(),
        }),
    })
  return bench
    .withEngines(life, { throttling: true, 'max-agent-pools': 100, 'page-size': 100 })
    .then((figures) => printLines(`${COUNT} ${claims[0].kind}s at once under Azure's request limits`, lines(figures)))
}

function lines({ cloudMs, allReadyMs, allGoneMs, armCalls, throttled, count }: LifeFigures): Line[] {
  const launchMs = bucketMs(count, AZURE.writes) + cloudMs
  const deleteMs = bucketMs(count * CALLS_PER_DELETION + LAST_LIST, AZURE.agentPools) + DELETE_SECONDS * 1000
  const calls = Object.entries(armCalls).map(([call, total]) => `${call} ${total}`)
  return [
    {
      measure: `all ready ÷ the limits' own ${ms(launchMs)}: ${count} PUTs of ${AZURE.writes.burst} at once, and the cloud's time`,
      here: `${ms(allReadyMs)}, ${ratio(allReadyMs, launchMs)}`,
      goal: '1.1',
    },
    {
      measure: `all deleted ÷ the limits' own ${ms(deleteMs)}: a read and a DELETE each and one list, ${AZURE.agentPools.burst} at once, then ${AZURE.agentPools.perSecond}/s`,
      here: `${ms(allGoneMs)}, ${ratio(allGoneMs, deleteMs)}`,
      goal: '1.1',
    },
    { measure: 'ARM calls', here: calls.join(', ') },
    {
      measure: 'ARM calls per node life',
      here: amount(Object.values(armCalls).reduce((sum, one) => sum + one, 0) / count),
    },
    { measure: 'calls that Azure refused as too many', here: String(throttled), goal: '0' },
  ]
}
