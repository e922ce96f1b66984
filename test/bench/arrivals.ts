import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { KubeHttp } from '../harness/kube-http.ts'
import type { ArrivingKind } from './kinds.ts'

/** How many requests a bare client has open at once. */
const OPEN_REQUESTS = 64
const LONGEST_MS = 600_000
/** Looking costs the server more the more there is to see, so it looks seldom until the end is near. */
const SELDOM_MS = 1_000
const OFTEN_MS = 100
/** The share that is still missing when the end counts as near. */
const NEAR_END = 0.1

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      status: z
        .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
        .default({ conditions: [] }),
    }),
  ),
})

export type Arrival = { kind: 'burst' } | { kind: 'paced'; perSecond: number }

// Fits an agent pool's name, which a claim shares.
const nameOf = (index: number) => `bench${index}`

/** Runs for every index below the count, so many at a time as a bare client has requests open. */
export async function forEachOpen(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await run(index)
  }
  await Promise.all(Array.from({ length: Math.min(OPEN_REQUESTS, count) }, worker))
}

interface Arriving {
  kind: ArrivingKind
  count: number
}

/** Creates them and returns, by name, the wall clock time in milliseconds at which the server had each. */
export async function createAll(
  kube: KubeHttp,
  { kind, count }: Arriving,
  arrival: Arrival,
): Promise<Map<string, number>> {
  const createdAt = new Map<string, number>()
  const create = async (index: number) => {
    const name = nameOf(index)
    const { status, text } = await kube.ask(kind.path, { method: 'POST', body: kind.object(name) })
    if (status !== 201) throw new Error(`${kind.kind} ${name} was refused: ${text}`)
    createdAt.set(name, Date.now())
  }
  if (arrival.kind === 'burst') await forEachOpen(count, create)
  else {
    const start = performance.now()
    const requests: Promise<void>[] = []
    for (let index = 0; index < count; index += 1) {
      const dueIn = start + (index * 1000) / arrival.perSecond - performance.now()
      if (dueIn > 0) await pause(dueIn)
      requests.push(create(index))
    }
    await Promise.all(requests)
  }
  return createdAt
}

async function listOf(kube: KubeHttp, path: string) {
  return listSchema.parse(JSON.parse((await kube.ask(path)).text)).items
}

/** Resolves when all are ready. */
export function allReady(kube: KubeHttp, { kind, count }: Arriving): Promise<void> {
  return noneLeft({
    what: `${kind.kind}s that are not ready`,
    count,
    async left() {
      const items = await listOf(kube, kind.path)
      const ready = items.filter(({ status }) =>
        status.conditions.some(({ type, status: value }) => type === kind.readyCondition && value === 'True'),
      )
      return count - ready.length
    },
  })
}

export function deleteAll(kube: KubeHttp, { kind, count }: Arriving): Promise<void> {
  return forEachOpen(count, async (index) => {
    const { status, text } = await kube.ask(`${kind.path}/${nameOf(index)}`, { method: 'DELETE' })
    if (status !== 200) throw new Error(`${nameOf(index)}: ${text}`)
  })
}

/** Merges the patch over all of them at once. */
export function changeAll(kube: KubeHttp, { kind, count }: Arriving, patch: object): Promise<void> {
  return forEachOpen(count, async (index) => {
    const { status, text } = await kube.mergePatch(`${kind.path}/${nameOf(index)}`, patch)
    if (status !== 200) throw new Error(`${nameOf(index)}: ${text}`)
  })
}

/** Resolves when none is left, and no claim that stood for one. */
export function allGone(kube: KubeHttp, { kind, count }: Arriving): Promise<void> {
  const paths = [...new Set([kind.path, kind.claims])]
  return noneLeft({
    what: `${kind.kind}s and their claims`,
    count,
    left: async () => (await Promise.all(paths.map((path) => listOf(kube, path)))).flat().length,
  })
}

interface Awaited {
  what: string
  count: number
  left: () => Promise<number>
}

/** Resolves when nothing is left, and looks more often the fewer there are. */
export async function noneLeft({ what, count, left }: Awaited): Promise<void> {
  const end = performance.now() + LONGEST_MS
  for (let rest = await left(); rest > 0; rest = await left()) {
    if (performance.now() > end) throw new Error(`after ${LONGEST_MS / 1000} s there are ${rest} ${what}`)
    await pause(rest > count * NEAR_END ? Math.min(SELDOM_MS, Math.max(OFTEN_MS, count)) : OFTEN_MS)
  }
}

/** What each claim stands for, by the claim's name. */
export async function claimOwners(kube: KubeHttp, kind: ArrivingKind): Promise<Map<string, string>> {
  const items = await listOf(kube, kind.claims)
  const isClaim = kind.path === kind.claims
  return new Map(
    items.map(({ metadata }) => [
      metadata.name,
      isClaim ? metadata.name : (metadata.labels['kaito.sh/workspace'] ?? ''),
    ]),
  )
}
