import { z } from 'zod'
import { conditionSchema } from '../harness/conditions.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import type { Narrator } from './narrator.ts'

const objectsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.looseObject({ conditions: z.array(conditionSchema).default([]) }).optional(),
    }),
  ),
})
const eventsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ uid: z.string() }),
      type: z.string(),
      reason: z.string().default(''),
      message: z.string().default(''),
    }),
  ),
})

const LISTS = [
  {
    label: 'workspace',
    path: '/apis/kaito.sh/v1alpha1/workspaces',
    order: ['ResourceReady', 'WorkspaceReady'],
  },
  {
    label: 'machine',
    path: '/apis/karpenter.sh/v1alpha5/machines',
    order: ['MachineLaunched', 'MachineRegistered', 'MachineInitialized', 'Ready'],
  },
]

/** Tells what is asked for, what waits and why, as far as it changed since the last look. */
export type Look = (progress: (text: string) => void) => Promise<void>

export function createFollower(kube: KubeHttp, narrator: Narrator): Look {
  const told = new Map<string, string>()
  const warned = new Set<string>()
  return async (progress) => {
    await warnOfEvents(kube, narrator, warned)
    for (const { label, path, order } of LISTS) {
      const { items } = objectsSchema.parse(JSON.parse((await kube.ask(path)).text))
      for (const { metadata, status } of items) {
        const key = `${label} ${metadata.name}`
        const now = metadata.deletionTimestamp ? 'is being deleted' : deciding(status?.conditions ?? [], order)
        if (told.get(key) === now) continue
        told.set(key, now)
        progress(`${key}: ${now}`)
      }
    }
  }
}

/** The first condition that is not met, which all later ones wait for. */
function deciding(conditions: z.infer<typeof conditionSchema>[], order: string[]): string {
  if (conditions.length === 0) return 'asked for'
  const open = order.find(
    (type) => !conditions.some((condition) => condition.type === type && condition.status === 'True'),
  )
  const condition = conditions.find(({ type }) => type === open)
  if (!condition) return open === undefined ? 'ready' : `waits for ${open}`
  return [condition.reason, condition.message].filter((text) => text !== '').join(': ')
}

async function warnOfEvents(kube: KubeHttp, narrator: Narrator, warned: Set<string>): Promise<void> {
  const { items } = eventsSchema.parse(JSON.parse((await kube.ask('/api/v1/events')).text))
  for (const { metadata, type, reason, message } of items) {
    if (type !== 'Warning' || warned.has(metadata.uid)) continue
    warned.add(metadata.uid)
    narrator.warn(`${reason}: ${message}`)
  }
}
