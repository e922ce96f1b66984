import { poolOf } from '../claim-form.ts'
import { NODE_POOLS } from '../cluster.ts'
import type { PoolLife } from '../evidence.ts'
import { answerTo } from '../questions.ts'
import { isTrue, readObject, type SeenObject } from '../seen-object.ts'
import { goneAtMs, last, type Timeline } from '../timeline.ts'
import type { Stage } from './stage.ts'

const NODE_POOL = 'karpenter.sh/nodepool'
/** How soon a NodePool has a first claim where anybody serves NodePools. */
const SERVED_MS = 30_000

/** Two claims, then one, then none. Undefined where nobody serves NodePools. */
export async function playPool(stage: Stage, { name, labels }: { name: string; labels: Record<string, string> }) {
  const { belongings, options, recorder, cluster } = stage
  const { metadata } = readObject(await belongings.create(NODE_POOLS, poolOf(name, options, { labels })))
  const begun = Date.now()
  const claims = (): Timeline => recorder.all.claims.filter(({ object }) => object.metadata.labels[NODE_POOL] === name)
  const there = () => present(claims())
  const isServed = await recorder.until(() => there().length > 0, SERVED_MS)
  if (isServed) await recorder.until(() => there().filter(isReady).length === 2, options.timeoutMs)
  const readyAtTwo = names(there().filter(isReady))
  const acts: PoolLife['acts'] = { two: begun, one: undefined }
  if (readyAtTwo.length === 2) {
    await cluster.client.mergePatch(NODE_POOLS, { name }, { spec: { replicas: 1 } })
    acts.one = Date.now()
    await recorder.until(() => there().length === 1, options.timeoutMs)
  }
  const removal = await answerTo(
    { item: 'N48', what: 'taking replicas away', expected: 'refused' },
    cluster.client.mergePatch(NODE_POOLS, { name }, { spec: { replicas: null } }),
  )
  const leftAtOne = acts.one === undefined ? undefined : names(there())
  await belongings.delete(NODE_POOLS, name)
  await recorder.until(() => there().length === 0, options.timeoutMs)
  return isServed ? { name, uid: metadata.uid, claims: claims(), acts, readyAtTwo, leftAtOne, removal } : undefined
}

function present(claims: Timeline): SeenObject[] {
  return names(claims.map(({ object }) => object)).flatMap((name) => {
    const own = claims.filter(({ object }) => object.metadata.name === name)
    return goneAtMs(own) === undefined ? (last(own) ?? []) : []
  })
}

const isReady = (object: SeenObject) => isTrue(object, 'Ready')

const names = (objects: SeenObject[]): string[] => [...new Set(objects.map(({ metadata }) => metadata.name))]
