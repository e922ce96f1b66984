import { z } from 'zod'

/** What is seen of objects, as the API server has just written them. */
const machineSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  status: z
    .object({
      nodeName: z.string().default(''),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ nodeName: '', conditions: [] }),
})
const nodeSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      allocatable: z.record(z.string(), z.coerce.string()).default({}),
    })
    .default({ conditions: [], allocatable: {} }),
})
const orderedSchema = z.object({
  metadata: z.object({ name: z.string(), generation: z.number(), deletionTimestamp: z.string().optional() }),
})

/** A write that began or ended what is measured; Workspaces have names of their own in all namespaces together. */
export const momentSchema = z.object({
  what: z.enum(['workspaceOrdered', 'nodeUsable', 'workloadOrdered']),
  workspace: z.string(),
  /** Wall clock, in milliseconds. */
  at: z.number(),
})

export type Moment = z.infer<typeof momentSchema>

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: unknown
}

interface Claim {
  workspace: string
  nodeName: string
  isReady: boolean
}

/** Notes moments from what the API server writes; each function takes the events of one kind, in their order. */
export function createMoments(now: () => number) {
  const moments: Moment[] = []
  return {
    moments: moments as readonly Moment[],
    workspace: orders('workspaceOrdered'),
    deployment: orders('workloadOrdered'),
    ...usableNodes((workspace) => void moments.push({ what: 'nodeUsable', workspace, at: now() })),
  }

  /** A new generation is a new order; what is deleted has one, too, and orders nothing. */
  function orders(what: Moment['what']) {
    const generations = new Map<string, number>()
    return ({ type, object }: WatchEvent) => {
      const { name, generation, deletionTimestamp } = orderedSchema.parse(object).metadata
      if (type === 'DELETED') return void generations.delete(name)
      if (deletionTimestamp !== undefined || generations.get(name) === generation) return
      generations.set(name, generation)
      moments.push({ what, workspace: name, at: now() })
    }
  }
}

/** Calls back whenever a claim is ready and so is its node, with GPUs, and they were not both before. */
function usableNodes(tell: (workspace: string) => void) {
  const claims = new Map<string, Claim>()
  const nodes = new Set<string>()
  const usable = new Set<string>()
  const look = (name: string, { workspace, nodeName, isReady }: Claim) => {
    if (!isReady || !nodes.has(nodeName)) usable.delete(name)
    else if (!usable.has(name)) {
      usable.add(name)
      tell(workspace)
    }
  }
  return {
    machine({ type, object }: WatchEvent) {
      const { metadata, status } = machineSchema.parse(object)
      if (type === 'DELETED') claims.delete(metadata.name)
      const claim = {
        workspace: metadata.labels['kaito.sh/workspace'] ?? '',
        nodeName: status.nodeName,
        isReady: type !== 'DELETED' && isTrue(status.conditions),
      }
      if (type !== 'DELETED') claims.set(metadata.name, claim)
      look(metadata.name, claim)
    },
    node({ type, object }: WatchEvent) {
      const { metadata, status } = nodeSchema.parse(object)
      const isUsable = isTrue(status.conditions) && Number(status.allocatable['nvidia.com/gpu'] ?? 0) > 0
      if (type !== 'DELETED' && isUsable) nodes.add(metadata.name)
      else nodes.delete(metadata.name)
      for (const [name, claim] of claims) if (claim.nodeName === metadata.name) look(name, claim)
    },
  }
}

function isTrue(conditions: { type: string; status: string }[]): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

interface Span {
  from: Moment['what']
  to: Moment['what']
}

/**
 * Milliseconds until the first moment of one kind from the last of another before it, for each Workspace; the moments in
 * the order of their time.
 */
export function spans(moments: readonly Moment[], { from, to }: Span): number[] {
  const begun = new Map<string, number>()
  const ended = new Map<string, number>()
  for (const { what, workspace, at } of moments) {
    if (what === from) begun.set(workspace, at)
    if (what !== to || ended.has(workspace)) continue
    const start = begun.get(workspace)
    if (start === undefined) throw new Error(`${workspace}: ${to} without ${from}`)
    ended.set(workspace, at - start)
  }
  return [...ended.values()]
}
