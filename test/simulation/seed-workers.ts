import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FaultKind } from './dice.ts'
import type { SeedRun } from './run-seed.ts'

/** What a worker is to do: every `step`th seed from `seed` on. */
export interface SeedRow {
  seed: number
  step: number
  /** How many, at most. */
  runs: number
  /** Stops taking seeds after so long. */
  forMs: number
  /** Name of the kind of claim. */
  claim: string
  without: readonly FaultKind[]
}

/** A run as it comes back: what happened in it can be replayed. */
export type SeedResult = Pick<SeedRun, 'seed' | 'violations' | 'faults'>

/** Runs seeds on all processors. `onResult` hears of each run as it ends, in no order. */
export async function runSeeds(
  { seed, runs, ...row }: Omit<SeedRow, 'step'>,
  onResult: (result: SeedResult) => void,
): Promise<void> {
  const step = Math.min(availableParallelism(), Math.max(1, runs))
  const shares = Array.from({ length: step }, (_, index) => ({
    ...row,
    step,
    seed: seed + index,
    runs: Math.ceil((runs - index) / step),
  }))
  await Promise.all(shares.map((share) => runShare(share, onResult)))
}

function runShare(share: SeedRow, onResult: (result: SeedResult) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const worker = new Worker(new URL('./seed-worker.ts', import.meta.url), { workerData: share })
  worker.on('message', onResult)
  worker.on('error', reject)
  worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
  return promise
}
