import type { Machine } from '@kaito/api'
import { type Cache, isAlreadyExists, type KubeClient } from '@kaito/controller-kit'
import type { NodeChoice } from '../existing-nodes/node-choice.ts'
import type { Call, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { MACHINES, machineObject } from './machine-object.ts'

interface Sources {
  client: KubeClient
  machines: Cache<Machine>
  /** Undefined where existing nodes never serve. */
  choice: NodeChoice | undefined
}

interface Wanted {
  request: NodeRequest
  views: SlotView[]
}

/** Takes existing nodes for what is missing, asks for claims for the rest, and tells what to record. */
export async function askForNodes(sources: Sources, wanted: Wanted, call: Call): Promise<SlotRecord[]> {
  const { request, views } = wanted
  const chosen = await chooseExisting(sources, wanted, call)
  const asked = await Promise.allSettled(
    views.map(({ isMissing, next }): SlotRecord | Promise<SlotRecord> => {
      const { ordinal, attempt } = next
      const nodeName = chosen.get(ordinal)
      if (nodeName !== undefined) return { ordinal, attempt, nodeName }
      return isMissing ? askForClaim(sources, { request, next }, call) : next
    }),
  )
  const failure = asked.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
  return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
}

async function chooseExisting(
  { client, choice }: Sources,
  { request, views }: Wanted,
  call: Call,
): Promise<Map<number, string>> {
  const open = views.filter(({ isMissing, mayTakeExisting }) => isMissing && mayTakeExisting)
  if (!choice || open.length === 0 || !choice.hasCandidates(request)) return new Map()
  // A claim asked for before a crash would be paid for beside the existing node, and be on nobody's record.
  const claims = await Promise.all(open.map(({ next }) => client.get(MACHINES, { name: next.claimName ?? '' }, call)))
  const slots = open.flatMap(({ next }, at) => (claims[at] ? [] : [next]))
  return slots.length === 0 ? new Map() : choice.choose(request, slots, call)
}

async function askForClaim(
  { client, machines }: Sources,
  { request, next }: { request: NodeRequest; next: SlotRecord },
  call: Call,
): Promise<SlotRecord> {
  const name = next.claimName ?? ''
  try {
    machines.observe(await client.create(MACHINES, machineObject(request, name), call))
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    // Asked for before a crash, or taken by somebody else: whose it is shows in the supply.
    const existing = await client.get(MACHINES, { name }, call)
    if (existing) machines.observe(existing)
  }
  return next
}
