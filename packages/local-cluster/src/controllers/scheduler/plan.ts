import type { Pod } from '../../objects/pod.ts'
import { type NodeRoom, placementRefusal, shortages, unschedulableMessage } from './node-filters.ts'
import { type Amounts, podRequests } from './pod-requests.ts'

type Placement = { do: 'bind'; nodeName: string } | { do: 'report'; message: string }

/** Chooses the least loaded node that takes the pod, or says what each node lacks. */
export function planPlacement(pod: Pod, rooms: Iterable<NodeRoom>): Placement {
  const requests = podRequests(pod)
  const refusals: string[][] = []
  let best: { room: NodeRoom; load: number } | undefined
  for (const room of rooms) {
    const refusal = placementRefusal(pod, room.node)
    const reasons = refusal === undefined ? shortages(requests, room) : [refusal]
    refusals.push(reasons)
    if (reasons.length > 0) continue
    const load = loadWith(requests, room)
    if (best === undefined || isBetter({ room, load }, best)) best = { room, load }
  }
  if (best) return { do: 'bind', nodeName: best.room.node.metadata.name }
  return { do: 'report', message: unschedulableMessage(refusals) }
}

interface Candidate {
  room: NodeRoom
  load: number
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.load !== b.load) return a.load < b.load
  if (a.room.podCount !== b.room.podCount) return a.room.podCount < b.room.podCount
  return a.room.node.metadata.name < b.room.node.metadata.name
}

function loadWith(requests: Amounts, { allocatable, requested }: NodeRoom): number {
  const shares = ['cpu', 'memory'].map((resource) => {
    const total = Number(allocatable.get(resource) ?? 0n)
    return total === 0 ? 0 : Number((requested.get(resource) ?? 0n) + (requests.get(resource) ?? 0n)) / total
  })
  return shares.reduce((sum, share) => sum + share, 0)
}
