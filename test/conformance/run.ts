import { Belongings } from './belongings.ts'
import { connectCluster, KINDS } from './cluster.ts'
import type { Evidence, Life, LifeName } from './evidence.ts'
import { checklist } from './items/checklist.ts'
import { playForeign, playImpossible, playLongName, playMarked, playPlain, playUnavailable } from './lives/claims.ts'
import { playPool } from './lives/pool.ts'
import type { Stage } from './lives/stage.ts'
import type { Options } from './options.ts'
import { askQuestions } from './questions.ts'
import { Recorder } from './recorder.ts'
import { takeAway } from './take-away.ts'

const RUN_LABEL = 'conformance.kaito.sh/run'
const LETTERS: Record<LifeName | 'pool' | 'answers', string> = {
  marked: 'a',
  plain: 'b',
  impossible: 'c',
  foreign: 'd',
  longName: 'e234567',
  unavailable: 'f',
  pool: 'g',
  answers: 'h',
}

interface Gathered {
  evidence: Evidence
  /** What could not be taken away in time. */
  left: string[]
}

interface RunOptions {
  options: Options
  signal: AbortSignal
  tell: (line: string) => void
}

/** What has to be played for the wanted items. */
export function neededFor({ kind, items }: Options): Set<LifeName | 'pool' | 'answers'> {
  const wanted = checklist(kind).filter(({ number }) => items === undefined || items.includes(number))
  const needs = new Set(wanted.flatMap(({ needs: need }) => need ?? []))
  // How launches go side by side takes two.
  if (wanted.some(({ number }) => number === 'N45')) needs.add('marked')
  return needs
}

/** Most machines that a run has at a time. */
export function mostNodes(options: Options): number {
  const needs = neededFor(options)
  const launched = (['marked', 'plain'] as const).filter((life) => needs.has(life)).length
  return needs.has('pool') ? 2 : launched
}

/**
 * Plays the lives of some claims and returns what was seen. Whatever it makes is gone afterwards, also when it fails or
 * the signal aborts; what could not be taken away in time is told.
 */
export async function gatherEvidence({ options, signal, tell }: RunOptions): Promise<Gathered> {
  const run = `c${Math.random().toString(36).slice(2, 7).padEnd(5, '0')}`
  const stopped = new AbortController()
  const kind = KINDS[options.kind]
  const cluster = connectCluster(options.kubeconfig, tell)
  const label = { key: RUN_LABEL, value: run }
  const belongings = new Belongings(cluster.client, label)
  const leaving = { belongings, kind, timeoutMs: options.timeoutMs, tell }
  try {
    const recorder = await Recorder.begin({
      cluster,
      kind,
      labelSelector: `${RUN_LABEL}=${run}`,
      signal: AbortSignal.any([signal, stopped.signal]),
    })
    const nameOf = (life: keyof typeof LETTERS) => `${run}${LETTERS[life]}`
    const stage: Stage = { cluster, kind, recorder, belongings, options, nameOf, tell }
    const labels = { [RUN_LABEL]: run }
    const stop = () => stopped.abort()
    const evidence = await playAll(stage, { pool: nameOf('pool'), asked: nameOf('answers'), labels, stop })
    return { evidence, left: await takeAway(leaving) }
  } catch (error) {
    stopped.abort()
    await takeAway(leaving)
    throw error
  } finally {
    stopped.abort()
    cluster.close()
  }
}

interface Names {
  pool: string
  asked: string
  labels: Record<string, string>
  /** Ends all stories. */
  stop: () => void
}

/** When one fails the others end too, so that nothing is made any more when all is taken away. */
async function allOrStop<T>(running: Promise<T>[], stop: () => void): Promise<T[]> {
  try {
    return await Promise.all(running)
  } catch (error) {
    stop()
    await Promise.allSettled(running)
    throw error
  }
}

async function playAll(stage: Stage, { pool: poolName, asked, labels, stop }: Names): Promise<Evidence> {
  const { cluster, belongings, options, tell } = stage
  const needs = neededFor(options)
  const missing: Evidence['missing'] = reasonsAgainst(options)
  const plays = (life: LifeName) => needs.has(life) && missing[life] === undefined
  const answers = needs.has('answers') ? await askQuestions({ cluster, belongings, options, name: asked }) : []
  tell(`${answers.length} questions are answered; now claims are launched`)
  const story = async (life: LifeName, play: (stage: Stage) => Promise<Life>): Promise<[LifeName, Life][]> => {
    if (!plays(life)) return []
    const told = await play(stage)
    tell(`the claim ${stage.nameOf(life)} (${life}) has come and gone`)
    return [[life, told]]
  }
  const launched = [
    story('marked', playMarked),
    story('plain', playPlain),
    story('impossible', playImpossible),
    story('unavailable', playUnavailable),
    story('longName', playLongName),
  ]
  const foreign = story('foreign', (given) => playForeign(given, Promise.allSettled(launched)))
  const lives = Object.fromEntries((await allOrStop([...launched, foreign], stop)).flat())
  const pool =
    needs.has('pool') && missing.pool === undefined ? await servedPool(stage, { poolName, labels, missing }) : undefined
  return { answers, lives, pool, missing }
}

async function servedPool(
  stage: Stage,
  given: { poolName: string; labels: Names['labels']; missing: Evidence['missing'] },
) {
  const { poolName, labels, missing } = given
  const kinds = await stage.cluster.discover('karpenter.sh', 'v1')
  if (!kinds.some(({ name }) => name === 'nodepools')) {
    missing.pool = 'the cluster has no NodePools'
    missing.answers = missing.pool
    return undefined
  }
  const pool = await playPool(stage, { name: poolName, labels })
  if (!pool) missing.pool = 'no controller serves NodePools here'
  return pool
}

/** Lives that cannot be played as things are. */
function reasonsAgainst({ kind, isGpuProvisioner, unavailable }: Options): Evidence['missing'] {
  const isGiven =
    unavailable.instanceType !== undefined || (unavailable.className !== undefined && kind === 'nodeclaim')
  return {
    answers: 'the cluster has no NodePools',
    ...(!isGiven && { unavailable: 'give --unavailable-instance-type, a size that is sold out' }),
    ...(!isGpuProvisioner && { longName: 'only gpu-provisioner names agent pools after claims' }),
  }
}
