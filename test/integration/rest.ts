import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../harness/until.ts'
import type { ClaimScenario } from './claim-scenario.ts'

const QUIET_MS = 4_000
/** What a list costs when nothing goes on; anything above is a loop. */
const QUIET_LISTS = 2

/** What is written down of the claims and their Nodes; the status of a Node is its kubelet's and does not count. */
export async function written(bed: ClaimScenario) {
  const claims = (await bed.machines()).map(({ metadata }) => [metadata.uid, metadata.resourceVersion])
  const nodes = (await bed.nodes()).map(({ metadata, spec }) => {
    const { uid, labels, annotations, finalizers, deletionTimestamp } = metadata
    return { uid, labels, annotations, finalizers, deletionTimestamp, spec }
  })
  return { claims, nodes }
}

/** The claims converge: for some seconds nothing is written, and Azure is asked for nothing but the shared list. */
export async function comesToRest(bed: ClaimScenario): Promise<void> {
  const seen = async () => JSON.stringify([await written(bed), bed.armCalls(/^(PUT|DELETE|GET)/)])
  await until('some seconds without a write', async () => {
    const [before, lists] = [await seen(), bed.armCalls(/^LIST/).length]
    await pause(QUIET_MS)
    return before === (await seen()) && bed.armCalls(/^LIST/).length - lists <= QUIET_LISTS
  })
}
