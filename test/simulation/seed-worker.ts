import { parentPort, workerData } from 'node:worker_threads'
import { CLAIM_KINDS } from './claim-kind.ts'
import { runSeed } from './run-seed.ts'
import type { SeedResult, SeedRow } from './seed-workers.ts'

const { seed: first, step, runs, forMs, claim, without }: SeedRow = workerData
const kind = CLAIM_KINDS[claim]
if (!kind) throw new Error(`unknown kind of claim ${claim}`)
const startedAt = performance.now()
for (let done = 0; done < runs && performance.now() - startedAt < forMs; done += 1) {
  const { seed, violations, faults } = await runSeed(first + done * step, { kind, without: new Set(without) })
  const result: SeedResult = { seed, violations, faults }
  parentPort?.postMessage(result)
}
