import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { KubeHttp } from '../harness/kube-http.ts'
import { until } from '../harness/until.ts'

export const WORKSPACES = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'
/** How many requests a bare client has open at once. */
const OPEN_REQUESTS = 64

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z
        .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
        .default({ conditions: [] }),
    }),
  ),
})

export type Arrival = { kind: 'burst' } | { kind: 'paced'; perSecond: number }

const nameOf = (index: number) => `bench-${index}`

/** Runs for every index below the count, so many at a time as a bare client has requests open. */
export async function forEachOpen(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await run(index)
  }
  await Promise.all(Array.from({ length: Math.min(OPEN_REQUESTS, count) }, worker))
}

/** Creates the Workspaces and returns, by name, the wall clock time in milliseconds at which the server had each. */
export async function createWorkspaces(kube: KubeHttp, count: number, arrival: Arrival): Promise<Map<string, number>> {
  const createdAt = new Map<string, number>()
  const create = async (index: number) => {
    const name = nameOf(index)
    const { status, text } = await kube.ask(WORKSPACES, { method: 'POST', body: workspace(name) })
    if (status !== 201) throw new Error(`${name} was refused: ${text}`)
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

/** One node, one preset. */
export function workspace(name: string) {
  return {
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name },
    resource: { instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: { apps: name } } },
    inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
  }
}

async function workspaces(kube: KubeHttp) {
  return listSchema.parse(JSON.parse((await kube.ask(WORKSPACES)).text)).items
}

export async function allReady(kube: KubeHttp, count: number): Promise<void> {
  const isReady = ({ type, status }: { type: string; status: string }) => type === 'WorkspaceReady' && status === 'True'
  await until(
    `${count} Workspaces are ready`,
    async () => (await workspaces(kube)).filter(({ status }) => status.conditions.some(isReady)).length === count,
    { withinMs: 600_000, everyMs: 250 },
  )
}

export function deleteWorkspaces(kube: KubeHttp, count: number): Promise<void> {
  return forEachOpen(count, async (index) => {
    const { status, text } = await kube.ask(`${WORKSPACES}/${nameOf(index)}`, { method: 'DELETE' })
    if (status !== 200) throw new Error(`${nameOf(index)}: ${text}`)
  })
}

export async function allGone(kube: KubeHttp): Promise<void> {
  await until('no Workspace is left', async () => (await workspaces(kube)).length === 0, {
    withinMs: 600_000,
    everyMs: 100,
  })
}

const machinesSchema = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }) }),
  ),
})

/** Workspace of each claim, by the claim's name. */
export async function claimOwners(kube: KubeHttp): Promise<Map<string, string>> {
  const { items } = machinesSchema.parse(JSON.parse((await kube.ask('/apis/karpenter.sh/v1alpha5/machines')).text))
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.labels['kaito.sh/workspace'] ?? '']))
}
